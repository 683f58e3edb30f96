import { createDatabase, type Database } from '@micro/postgres'
import type { LedgerVerification } from '@micro/contracts'
import { createCheckpointKeys, createCheckpointSigner, parseCheckpointKeys } from '@micro/signing'
import { testRuntime } from '@micro/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { testConfig } from '../testing/config.ts'
import { errorOf, merchant, move, payments, startLedger, type Ledger } from '../testing/ledger.ts'
import { verifyHandlers } from './verify.http.ts'

let ledger: Ledger
let superuser: Database
const config = testConfig()
const who = merchant()
const book = { merchant: 'acct_a', mode: 'test' } as const
const many = 7

beforeAll(async () => {
  ledger = await startLedger({ config })
  superuser = createDatabase({ url: ledger.database.superuserUrl, applicationName: 'ledger test' })
  for (const each of [who, merchant('acct_b')]) {
    for (const id of ['cash', 'sales', 'idle']) await ledger.account(each, id)
    for (let at = 1; at <= many; at++)
      await ledger.record(each, `r${at}`, move(at, { from: 'cash', to: 'sales' }), { description: `Sale ${at}` })
  }
  const accounts = ['sys_x', 'sys_y'].map((id) => ({ id, name: id, type: 'asset' }))
  await ledger.post(payments, '/internal/transactions', {
    ...book,
    reference_id: 'micro:1',
    currency: 'usd',
    accounts,
    entries: move(1, { from: 'sys_x', to: 'sys_y' }),
  })
})
afterAll(async () => {
  await superuser.close()
  await ledger.close()
})

const verify = (as = who, query = '') => ledger.get(as, `/ledger/verify${query}`)
const lines = (text: string) =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as LedgerVerification)
const streamed = { accept: 'application/x-ndjson' }

test('200: the whole of the ledger that asks, derived anew and found sound, and nothing of another', async () => {
  const head = (await ledger.get(who, '/ledger/transactions?limit=1')).body['data'] as { hash: string }[]
  expect((await verify()).body).toEqual({
    object: 'ledger.verification',
    status: 'sound',
    checked: many + 1,
    of: many + 1,
    entries: 2 * many + 2,
    accounts: 4,
    checkpoints: 0,
    hash: head[0]?.hash,
    first_bad_seq: null,
    problems: [],
    livemode: false,
  })
  for (const [as, of] of [
    [merchant('acct_b'), many],
    [merchant('acct_a', 'live'), 0],
    [merchant('acct_nobody'), 0],
  ] as const)
    expect((await verify(as)).body).toMatchObject({ status: 'sound', checked: of, of, livemode: as.mode === 'live' })
})

test('as a stream it tells its progress line by line, and ends with the result', async () => {
  const answer = await ledger.call(who, { url: '/ledger/verify', headers: streamed })
  expect(answer.headers['content-type']).toContain('application/x-ndjson')
  const told = lines(answer.text)
  expect(told.length).toBeGreaterThan(1)
  for (const line of told.slice(0, -1)) expect(line.object).toBe('ledger.verification_progress')
  expect(told.at(-1)).toMatchObject({ object: 'ledger.verification', status: 'sound', checked: many + 1 })
})

/** What the route's handler answers with slices of its own, and other dependencies. */
const handlerWith = (options: { sliceMax?: number; answerMsMax?: number; db?: Database }) => {
  const handlers = verifyHandlers({
    db: ledger.database.db,
    newId: () => 'req_slices' as never,
    config: config.checkpoints,
    ...options,
  })
  const controller = new AbortController()
  const ask = (accepts?: 'ndjson') =>
    handlers.verifyLedger({ principal: who, query: {}, accepts, signal: controller.signal } as never)
  return { ask, controller }
}

test('however it is sliced it comes to the same', async () => {
  const whole = (await verify()).body
  for (const sliceMax of [1, 2, 3, many + 1]) expect(await handlerWith({ sliceMax }).ask()).toEqual(whole)
})

test('it goes on beside postings, which it neither stops nor takes for wrong', async () => {
  const busy = merchant('acct_busy')
  for (const id of ['cash', 'sales']) await ledger.account(busy, id)
  const post = (at: number) => ledger.record(busy, `b${at}`, move(1, { from: 'cash', to: 'sales' }))
  for (let at = 0; at < 20; at++) await post(at)
  const handlers = verifyHandlers({
    db: ledger.database.db,
    newId: () => 'req_busy' as never,
    config: config.checkpoints,
    sliceMax: 2,
  })
  const call = { principal: busy, query: {}, accepts: undefined, signal: new AbortController().signal }
  const [result, ...posted] = await Promise.all([
    handlers.verifyLedger(call as never),
    ...Array.from({ length: 30 }, (_, at) => post(100 + at)),
  ])
  expect(result).toMatchObject({ status: 'sound', problems: [] })
  for (const { status } of posted) expect(status).toBe(201)
})

describe('bounds', () => {
  const hold = (until: string) => superuser.sql`
    insert into ledger.leases
    select lane, id, 'asked', 'another', clock_timestamp() + ${until}::interval
    from ledger.books where merchant = 'acct_a' and mode = 'test'`
  const free = () => superuser.sql`delete from ledger.leases`

  test('409: one at a time for each ledger, in whichever process; one that died is not waited for forever', async () => {
    await hold('1 minute')
    const answer = await verify()
    expect([answer.status, errorOf(answer).code, answer.headers['retry-after']]).toEqual([
      409,
      'verification_running',
      '5',
    ])
    // Before the first line of a stream it is an ordinary answer, too.
    expect((await ledger.call(who, { url: '/ledger/verify', headers: streamed })).status).toBe(409)
    expect((await verify(merchant('acct_b'))).status).toBe(200)
    await free()
    await hold('-1 second')
    expect((await verify()).status).toBe(200)
    expect(await superuser.sql`select from ledger.leases`).toEqual([])
  })

  test('no more than two slices at once in one process; a reader who does not read keeps nobody from theirs', async () => {
    let [now, most] = [0, 0]
    const db = {
      ...ledger.database.db,
      sql: async (strings: TemplateStringsArray, ...values: unknown[]) => {
        if (strings[0]?.includes('entry_count') !== true) return ledger.database.db.sql(strings, ...values)
        most = Math.max(most, ++now)
        return ledger.database.db.sql(strings, ...values).finally(() => now--)
      },
    } as Database
    const names = ['acct_c', 'acct_d', 'acct_e', 'acct_f', 'acct_g']
    for (const name of names) {
      for (const id of ['cash', 'sales']) await ledger.account(merchant(name), id)
      for (const reference of ['one', 'two'])
        await ledger.record(merchant(name), reference, move(1, { from: 'cash', to: 'sales' }))
    }
    const newId = testRuntime().newId
    const handlers = verifyHandlers({ db, newId, config: config.checkpoints, sliceMax: 1 })
    const ask = (name: string, accepts?: 'ndjson') =>
      handlers.verifyLedger({
        principal: merchant(name),
        query: {},
        accepts,
        signal: new AbortController().signal,
      } as never)
    const idle = await Promise.all(
      names.slice(0, 3).map(async (name) => {
        const { lines } = (await ask(name, 'ndjson')) as unknown as { lines: AsyncGenerator<object> }
        await lines.next()
        return lines
      }),
    )
    for (const result of await Promise.all(['acct_a', 'acct_b', ...names.slice(3)].map((name) => ask(name))))
      expect(result).toMatchObject({ status: 'sound' })
    expect(most).toBe(2)
    for (const lines of idle) await lines.return(undefined)
    expect(await superuser.sql`select from ledger.leases`).toEqual([])
  })

  test('400: a ledger too large for one answer is told to ask for lines', async () => {
    await expect(handlerWith({ sliceMax: 1, answerMsMax: -1 }).ask()).rejects.toMatchObject({
      code: 'verification_too_long',
    })
    expect(await superuser.sql`select from ledger.leases`).toEqual([])
  })

  test('it ends when its reader leaves, and lets go of its lease', async () => {
    const { ask, controller } = handlerWith({ sliceMax: 1 })
    const stream = (await ask('ndjson')) as unknown as { lines: AsyncGenerator<object> }
    await stream.lines.next()
    expect(await superuser.sql`select from ledger.leases`).toHaveLength(1)
    controller.abort()
    await expect(
      (async () => {
        for await (const _ of stream.lines);
      })(),
    ).rejects.toMatchObject({ code: 'shutting_down' })
    expect(await superuser.sql`select from ledger.leases`).toEqual([])
  })
})

describe('a checkpoint that was kept', () => {
  const signer = createCheckpointSigner(config.checkpoints.keys)
  const told = { ...book, seq: 1n, hash: 'ab'.repeat(32), recorded: 1, created: 2 }

  test('agrees with a history that was not changed', async () => {
    const { body } = await ledger.post(who, '/ledger/checkpoints', {})
    expect((await verify(who, `?checkpoint=${String(body['token'])}`)).body).toMatchObject({
      status: 'sound',
      checkpoints: 2,
    })
  })

  for (const [what, token, reason] of [
    ['no token', 'x.y.z', /not the token of a checkpoint/],
    [
      'the key of another installation',
      createCheckpointSigner(parseCheckpointKeys(createCheckpointKeys(new Date(0)))).sign(told),
      /by a key that is not/,
    ],
    ['a changed token', signer.sign(told).replace(/.{8}$/, 'AAAAAAAA'), /signature does not fit/],
    ['another merchant', signer.sign({ ...told, merchant: 'acct_b' }), /of another ledger/],
    ['another mode', signer.sign({ ...told, mode: 'live' }), /of another ledger/],
  ] as const)
    test(`400: ${what} is refused`, async () => {
      const answer = await verify(who, `?checkpoint=${token}`)
      expect([answer.status, errorOf(answer).code, errorOf(answer).param]).toEqual([
        400,
        'checkpoint_invalid',
        'checkpoint',
      ])
      expect(errorOf(answer).message).toMatch(reason)
    })

  test('contradicts a history that is not the one it was made of, or not as long any more', async () => {
    for (const seq of [3n, 99n]) {
      const { body } = await verify(who, `?checkpoint=${signer.sign({ ...told, seq })}`)
      expect(body).toMatchObject({
        status: 'wrong',
        first_bad_seq: Number(seq),
        problems: [{ code: 'wrong_checkpoint', seq: Number(seq), found: 1 }],
      })
    }
    const lost = await verify(merchant('acct_lost'), `?checkpoint=${signer.sign({ ...told, merchant: 'acct_lost' })}`)
    expect(lost.body).toMatchObject({ status: 'wrong', problems: [{ code: 'wrong_checkpoint', seq: 1 }] })
  })
})
