import { mkdtemp, readFile, rm, stat, truncate } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createDatabase, SQLSTATE, sqlState, type Database } from '@micro/postgres'
import { createCheckpointReader } from '@micro/signing'
import { eventually, testRuntime } from '@micro/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { testConfig } from '../testing/config.ts'
import { errorOf, merchant, move, startLedger, tally, type Ledger } from '../testing/ledger.ts'
import { createCheckpointWork } from './checkpoint.work.ts'

let ledger: Ledger
let superuser: Database
let folder: string
let file: string
const config = testConfig()
const restrictViolation = '23001'

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'micro-checkpoints-'))
  file = join(folder, 'checkpoints.ndjson')
  ledger = await startLedger({ config: { ...config, checkpoints: { ...config.checkpoints, file } } })
  superuser = createDatabase({ url: ledger.database.superuserUrl, applicationName: 'ledger test' })
})
afterAll(async () => {
  await superuser.close()
  await ledger.close()
  await rm(folder, { recursive: true })
})

let references = 0
const open = async (name: string) => {
  const who = merchant(name)
  for (const id of ['cash', 'sales']) await ledger.account(who, id)
  return who
}
const record = async (who: ReturnType<typeof merchant>) => {
  const { status, body } = await ledger.record(who, `r${++references}`, move(5, { from: 'cash', to: 'sales' }))
  expect(status).toBe(201)
  return body as { seq: number; hash: string; created: number }
}
const make = (who: ReturnType<typeof merchant>) => ledger.post(who, '/ledger/checkpoints', {})
const linesIn = async () =>
  (await readFile(file, 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, string>)

test('201: the newest transaction, signed, as the public keys prove without asking again', async () => {
  const who = await open('acct_one')
  await record(who)
  const newest = await record(who)
  const { status, body } = await make(who)
  expect(status).toBe(201)
  expect(body).toMatchObject({
    object: 'ledger.checkpoint',
    id: expect.stringMatching(/^lcp_/),
    seq: 2,
    hash: newest.hash,
    recorded_at: newest.created,
    automatic: false,
    livemode: false,
  })
  const { body: told } = await ledger.get(who, '/ledger/checkpoints/keys')
  const keys = told['keys'] as { kid: string; kty: 'OKP'; crv: 'Ed25519'; x: string }[]
  expect(Object.keys(keys[0]!).toSorted()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x'])
  expect(createCheckpointReader(keys)(String(body['token']))).toEqual({
    keyId: body['key_id'],
    checkpoint: {
      merchant: 'acct_one',
      mode: 'test',
      seq: 2n,
      hash: newest.hash,
      recorded: newest.created,
      created: body['created'],
    },
  })
  expect((await ledger.get(who, `/ledger/checkpoints/${String(body['id'])}`)).body).toEqual(body)
})

test('200: without news it is the same one, also when many ask at once; the file has a true line for it', async () => {
  const who = await open('acct_many')
  await record(who)
  const answers = await Promise.all(Array.from({ length: 8 }, () => make(who)))
  expect(tally(answers)).toEqual({ 200: 7, 201: 1 })
  expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1)
  expect((await make(who)).status).toBe(200)
  const lines = (await linesIn()).filter((line) => line['merchant'] === 'acct_many')
  expect(new Set(lines.map(({ seq, hash }) => `${seq} ${hash}`)).size).toBe(1)
  expect(lines.map(({ token }) => token)).toContain(answers[0]?.body['token'])
})

test('they are listed newest first, in pages, and only to whose they are', async () => {
  const who = await open('acct_pages')
  const ids: unknown[] = []
  for (let at = 0; at < 3; at++) {
    await record(who)
    ids.unshift((await make(who)).body['id'])
  }
  const idsOf = async (as: ReturnType<typeof merchant>, query: string) => {
    const { status, body } = await ledger.get(as, `/ledger/checkpoints?${query}`)
    expect(status).toBe(200)
    return [(body['data'] as { id: string }[]).map(({ id }) => id), body['has_more']]
  }
  expect(await idsOf(who, 'limit=2')).toEqual([ids.slice(0, 2), true])
  expect(await idsOf(who, `limit=2&starting_after=${String(ids[1])}`)).toEqual([ids.slice(2), false])
  expect(await idsOf(who, `limit=1&ending_before=${String(ids[2])}`)).toEqual([[ids[1]], true])
  for (const other of [merchant('acct_pages', 'live'), merchant('acct_nobody')]) {
    expect(await idsOf(other, '')).toEqual([[], false])
    expect((await ledger.get(other, `/ledger/checkpoints/${String(ids[0])}`)).status).toBe(404)
    const answer = await ledger.get(other, `/ledger/checkpoints?starting_after=${String(ids[0])}`)
    expect([answer.status, errorOf(answer).code]).toEqual([400, 'resource_missing'])
  }
})

test('400: of a ledger without transactions nothing can be signed', async () => {
  const answer = await make(merchant('acct_empty'))
  expect([answer.status, errorOf(answer).code]).toEqual([400, 'ledger_empty'])
  const opened = await make(await open('acct_opened'))
  expect([opened.status, errorOf(opened).code]).toEqual([400, 'ledger_empty'])
})

describe('the file outside the database', () => {
  test('is readable by its owner alone, and has what proves each checkpoint', async () => {
    const who = await open('acct_file')
    await record(who)
    const { body } = await make(who)
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    const line = (await linesIn()).find(({ merchant: name }) => name === 'acct_file')
    expect(line).toEqual({
      merchant: 'acct_file',
      mode: 'test',
      seq: '1',
      hash: body['hash'],
      created: ledger.clock.now().toISOString(),
      token: body['token'],
    })
  })

  test('loses nothing to a line that a crash cut short', async () => {
    const who = await open('acct_torn')
    await truncate(file, (await stat(file)).size - 20)
    await record(who)
    await make(who)
    const lines = (await readFile(file, 'utf8')).trim().split('\n')
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ merchant: 'acct_torn' })
    // For the tests after this one.
    await truncate(file, 0)
  })
})

test('what cannot be kept outside is not kept inside either, and nobody is told that it was', async () => {
  const who = await open('acct_nowhere')
  await record(who)
  const work = createCheckpointWork({
    ...testRuntime(),
    db: ledger.database.db,
    config: { ...config.checkpoints, file: join(folder, 'missing', 'x') },
  })
  await expect(work.make({ merchant: 'acct_nowhere', mode: 'test' }, { automatic: true })).rejects.toThrow('ENOENT')
  expect((await ledger.get(who, '/ledger/checkpoints')).body['data']).toEqual([])
})

describe('by itself', () => {
  const workWith = (every: { everyTransactions: number; everyMs: number }) => {
    const runtime = testRuntime()
    runtime.clock.set(ledger.clock.now())
    const work = createCheckpointWork({
      ...runtime,
      db: ledger.database.db,
      config: { ...config.checkpoints, ...every },
    })
    const round = async () => {
      work.worker.start()
      work.worker.ring()
    }
    return { work, clock: runtime.clock, round }
  }
  const seqsOf = async (who: ReturnType<typeof merchant>) =>
    ((await ledger.get(who, '/ledger/checkpoints')).body['data'] as { seq: number; automatic: boolean }[]).map(
      ({ seq, automatic }) => `${seq} ${automatic}`,
    )

  test('a checkpoint is made after enough transactions, and not before', async () => {
    const who = await open('acct_count')
    const { work, round } = workWith({ everyTransactions: 3, everyMs: 365 * 86_400_000 })
    await record(who)
    await record(who)
    await round()
    const other = await open('acct_count_other')
    for (let at = 0; at < 3; at++) await record(other)
    work.worker.ring()
    await eventually(async () => expect(await seqsOf(other)).toEqual(['3 true']))
    expect(await seqsOf(who)).toEqual([])
    await record(who)
    work.worker.ring()
    await eventually(async () => expect(await seqsOf(who)).toEqual(['3 true']))
    await work.worker.stop()
  })

  test('a checkpoint is made after long enough where there is news, and only there', async () => {
    const who = await open('acct_time')
    const { work, clock, round } = workWith({ everyTransactions: 1_000_000, everyMs: 3_600_000 })
    await record(who)
    await make(who)
    await record(who)
    const quiet = await open('acct_quiet')
    await record(quiet)
    await make(quiet)
    clock.advance(3_600_000)
    await round()
    await eventually(async () => expect(await seqsOf(who)).toEqual(['2 true', '1 false']))
    expect(await seqsOf(quiet)).toEqual(['1 false'])
    await work.worker.stop()
  })
})

describe('the database', () => {
  const stateOf = (work: Promise<unknown>): Promise<string> =>
    work.then(
      () => 'done',
      (error: unknown) => (error as { constraint?: string }).constraint ?? sqlState(error) ?? String(error),
    )

  test('keeps none that is not of its book', async () => {
    const { db } = ledger.database
    const wrong = {
      'another hash': () => db.sql`
        insert into ledger.checkpoints
        select lane, book, seq, 'lcp_x1', sha256('x'), created_at, 'k', 't', false, now() from ledger.transactions t
        where not exists (select from ledger.checkpoints c where c.book = t.book and c.seq = t.seq) limit 1`,
      'a seq that is not there': () => db.sql`
        insert into ledger.checkpoints
        select lane, book, seq + 1000, 'lcp_x2', hash, created_at, 'k', 't', false, now()
        from ledger.transactions limit 1`,
      'another time': () => db.sql`
        insert into ledger.checkpoints
        select lane, book, seq, 'lcp_x3', hash, now(), 'k', 't', false, now() from ledger.transactions t
        where not exists (select from ledger.checkpoints c where c.book = t.book and c.seq = t.seq) limit 1`,
    }
    for (const [what, work] of Object.entries(wrong))
      expect([what, await stateOf(work())]).toEqual([what, 'checkpoints_of_book'])
  })

  test('changes none, whoever asks', async () => {
    const changes = [
      (db: Database) => db.sql`update ledger.checkpoints set token = 'x'`,
      (db: Database) => db.sql`delete from ledger.checkpoints`,
      (db: Database) => db.sql`truncate ledger.checkpoints`,
    ]
    for (const change of changes) {
      expect(await stateOf(change(ledger.database.db))).toBe(SQLSTATE.insufficientPrivilege)
      expect(await stateOf(change(ledger.database.owner))).toBe(restrictViolation)
      const asReplica = superuser.transaction(async (sql) => {
        await sql`set local session_replication_role = replica`
        await change({ sql } as unknown as Database)
      })
      expect(await stateOf(asReplica)).toBe(restrictViolation)
    }
  })
})
