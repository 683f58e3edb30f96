import { createDatabase, only, SQLSTATE, sqlState, type Database, type Sql } from '@micro/postgres'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { errorOf, merchant, move, payments, startLedger, type Ledger } from '../testing/ledger.ts'
import { verifyLedger } from '../verify/verify.work.ts'

let ledger: Ledger
let superuser: Database
const who = merchant()
const words = { description: 'Refund for Jane Doe', metadata: { name: 'Jane Doe', order: '7' } }
const entries = move(5, { from: 'cash', to: 'sales' })
const restrictViolation = '23001'

beforeAll(async () => {
  ledger = await startLedger()
  superuser = createDatabase({ url: ledger.database.superuserUrl, applicationName: 'ledger test' })
  for (const each of [who, merchant('acct_b')]) for (const id of ['cash', 'sales']) await ledger.account(each, id)
})
afterAll(async () => {
  await superuser.close()
  await ledger.close()
})

const record = async (reference: string, rest: object = words) => {
  const { status, body } = await ledger.record(who, reference, entries, rest)
  expect(status).toBe(201)
  return body as { id: string; seq: number; hash: string }
}
const erase = (id: string, body: object = { reason: 'Asked by the customer' }, as = who) =>
  ledger.post(as, `/ledger/transactions/${id}/erase`, body)
const soundness = async () => (await verifyLedger(ledger.database.db)).findings.map(({ problem }) => problem)

test('200: the words are gone for good, and everything else stays as it was, the chain too', async () => {
  const before = await record('r1')
  const { status, body } = await erase(before.id)
  expect(status).toBe(200)
  const at = Math.floor(ledger.clock.now().getTime() / 1000)
  const gone = { description: null, metadata: {}, erased: { at, reason: 'Asked by the customer' } }
  expect(body).toEqual({ ...before, ...gone })
  expect((await ledger.get(who, `/ledger/transactions/${before.id}`)).body).toEqual(body)
  expect((await ledger.get(who, '/ledger/transactions')).text).not.toContain('Jane')
  const [row] = await superuser.sql`select t::text as row from ledger.transactions t where id = ${before.id}`
  expect(JSON.stringify(row)).not.toContain('Jane')
  expect(await soundness()).toEqual([])
})

test('who erased what, when and why is on record, and stays there', async () => {
  const { id, seq } = await record('r2')
  await erase(id, { reason: 'Law' }, { ...who, keyId: 'key_1' } as typeof who)
  const find = () => superuser.sql`
    select reason, erased_by, request_id, erased_at, octet_length(text_digest) as digest
    from ledger.erasures where seq = ${seq}`
  const recorded = only(await find())
  expect(recorded).toEqual({
    reason: 'Law',
    erased_by: 'key_1',
    request_id: expect.stringMatching(/^req_/),
    erased_at: ledger.clock.now(),
    digest: 32,
  })
  // Again changes nothing, and the first reason stays.
  expect((await erase(id, { reason: 'Another' })).body['erased']).toMatchObject({ reason: 'Law' })
  expect(only(await find())).toEqual(recorded)
})

test('erasures of one transaction at once are one', async () => {
  const { id, seq } = await record('r3')
  const answers = await Promise.all(Array.from({ length: 8 }, (_, at) => erase(id, { reason: `Reason ${at}` })))
  expect(new Set(answers.map(({ status, body }) => `${status} ${JSON.stringify(body['erased'])}`)).size).toBe(1)
  expect(await superuser.sql`select from ledger.erasures where seq = ${seq}`).toHaveLength(1)
})

test('a repeat of its reference is still told from a conflict', async () => {
  const { id } = await record('r4')
  await erase(id)
  const same = await ledger.record(who, 'r4', entries, words)
  expect([same.status, same.body['id'], same.body['description']]).toEqual([200, id, null])
  const other = await ledger.record(who, 'r4', entries, { description: 'Other words' })
  expect([other.status, errorOf(other).code]).toEqual([409, 'reference_conflict'])
})

test('a transaction without words has nothing to erase, and nothing is recorded', async () => {
  const { id, seq } = await record('r5', {})
  const { status, body } = await erase(id)
  expect([status, body['erased']]).toEqual([200, null])
  expect(await superuser.sql`select from ledger.erasures where seq = ${seq}`).toEqual([])
  expect(await soundness()).toEqual([])
})

describe('refused', () => {
  test("404: another merchant's, or another mode's, as if there were none", async () => {
    const { id } = await record('r6')
    for (const as of [merchant('acct_b'), merchant('acct_a', 'live')]) {
      const answer = await erase(id, undefined, as)
      expect([answer.status, errorOf(answer).code]).toEqual([404, 'resource_missing'])
    }
    expect((await ledger.get(who, `/ledger/transactions/${id}`)).body).toMatchObject(words)
  })

  test('400: without a reason, or with one that nobody reads', async () => {
    const { id } = await record('r7')
    for (const body of [{}, { reason: '' }, { reason: 'x'.repeat(501) }])
      expect((await erase(id, body)).status).toBe(400)
    expect((await ledger.get(who, `/ledger/transactions/${id}`)).body).toMatchObject(words)
  })

  test("403: Micro's own transactions keep their words", async () => {
    const accounts = ['sys_x', 'sys_y'].map((id) => ({ id, name: id, type: 'asset' }))
    const { body } = await ledger.post(payments, '/internal/transactions', {
      merchant: 'acct_a',
      mode: 'test',
      reference_id: 'micro:1',
      description: 'Charge',
      currency: 'usd',
      accounts,
      entries: move(1, { from: 'sys_x', to: 'sys_y' }),
    })
    const answer = await erase(String(body['id']))
    expect([answer.status, errorOf(answer).code]).toEqual([403, 'reference_reserved'])
    // Nor does the database, for a service that asks all the same.
    const [row] = await ledger.database.db.sql<{ erased: boolean }>`
      select ledger.erase_text(b.lane, b.id, t.seq, 'x', 'x', 'x', now()) as erased
      from ledger.books b join ledger.transactions t on t.lane = b.lane and t.book = b.id
      where t.reference_id = 'micro:1'`
    expect(row?.erased).toBe(false)
  })
})

describe('the database lets nothing else through:', () => {
  const stateOf = (work: Promise<unknown>): Promise<string> =>
    work.then(
      () => 'done',
      (error: unknown) => sqlState(error) ?? String(error),
    )

  test('the service writes no erasures and changes no transaction', async () => {
    const { db } = ledger.database
    for (const work of [
      () => db.sql`insert into ledger.erasures select * from ledger.erasures`,
      () => db.sql`update ledger.transactions set description = null`,
      () => db.sql`delete from ledger.erasures`,
    ])
      expect(await stateOf(work())).toBe(SQLSTATE.insufficientPrivilege)
  })

  test('the owner changes no erasure', async () => {
    const { owner } = ledger.database
    for (const work of [
      () => owner.sql`update ledger.erasures set reason = 'x'`,
      () => owner.sql`delete from ledger.erasures`,
      () => owner.sql`truncate ledger.erasures`,
    ])
      expect(await stateOf(work())).toBe(restrictViolation)
  })

  const sly: Record<string, (sql: Sql, id: string) => Promise<unknown>> = {
    'how many entries it has': (sql, id) => sql`update ledger.transactions set entry_count = 3 where id = ${id}`,
    'its reference': (sql, id) => sql`update ledger.transactions set reference_id = 'other' where id = ${id}`,
    'its hash': (sql, id) => sql`update ledger.transactions set hash = sha256('x') where id = ${id}`,
    'its fingerprint': (sql, id) => sql`update ledger.transactions set fingerprint = sha256('x') where id = ${id}`,
    'its time': (sql, id) => sql`update ledger.transactions set effective_at = '2001-01-01' where id = ${id}`,
    'its words to others': (sql, id) => sql`update ledger.transactions set description = 'other' where id = ${id}`,
    'one of its words': (sql, id) => sql`update ledger.transactions set description = null where id = ${id}`,
  }
  for (const [what, change] of Object.entries(sly))
    test(`the owner erases, and in the same database transaction changes ${what}: refused as a whole`, async () => {
      const { id, seq } = await record(`sly ${what}`)
      const { owner } = ledger.database
      const attempt = owner.transaction(async (sql) => {
        await sql`
          insert into ledger.erasures
          select lane, book, seq, sha256('x'), 'x', null, 'req_1', now(), pg_current_xact_id()
          from ledger.transactions where id = ${id}`
        await change(sql, id)
      })
      expect(await stateOf(attempt)).toMatch(/^23/)
      expect(await superuser.sql`select from ledger.erasures where seq = ${seq}`).toEqual([])
      expect((await ledger.get(who, `/ledger/transactions/${id}`)).body).toMatchObject(words)
    })

  test('the words of one transaction do not go with the erasure of another', async () => {
    const [one, other] = [await record('one'), await record('other')]
    const attempt = ledger.database.owner.transaction(async (sql) => {
      await sql`
        insert into ledger.erasures
        select lane, book, seq, sha256('x'), 'x', null, 'req_1', now(), pg_current_xact_id()
        from ledger.transactions where id = ${one.id}`
      await sql`
        update ledger.transactions set description = null, metadata = '{}', text_salt = null where id = ${other.id}`
    })
    expect(await stateOf(attempt)).toBe(restrictViolation)
  })
})

describe('tampering dressed as an erasure is found, at its seq:', () => {
  const foundAfter = async (change: (sql: Database['sql'], id: string) => Promise<unknown>) => {
    const { id, seq } = await record(`dressed ${Math.floor(performance.now() * 1000)}`)
    const rolledBack = new Error('rolled back')
    let found: { problem: string; seq?: bigint }[] = []
    await superuser
      .transaction(async (sql) => {
        await sql`alter table ledger.transactions disable trigger user`
        await sql`alter table ledger.erasures disable trigger user`
        await change(sql, id)
        const within = { sql, transaction: (work: (of: typeof sql) => Promise<unknown>) => work(sql) }
        found = [...(await verifyLedger(within as unknown as Database)).findings]
        throw rolledBack
      })
      .catch((error: unknown) => {
        if (error !== rolledBack) throw error
      })
    return found.map((each) => ({ problem: each.problem, at: each.seq === BigInt(seq) }))
  }

  test('words taken without a record', async () =>
    expect(
      await foundAfter(
        (sql, id) =>
          sql`update ledger.transactions set description = null, metadata = '{}', text_salt = null where id = ${id}`,
      ),
    ).toEqual([{ problem: 'wrong_content', at: true }]))

  test('a record with the digest of other words', async () =>
    expect(
      await foundAfter(async (sql, id) => {
        await sql`
          insert into ledger.erasures
          select lane, book, seq, sha256('x'), 'x', null, 'req_1', now(), pg_current_xact_id()
          from ledger.transactions where id = ${id}`
        await sql`
          update ledger.transactions set description = null, metadata = '{}', text_salt = null where id = ${id}`
      }),
    ).toEqual([{ problem: 'wrong_content', at: true }]))

  test('words that are there although they were erased', async () =>
    expect(
      await foundAfter(
        (sql, id) => sql`
          insert into ledger.erasures
          select lane, book, seq, sha256('x'), 'x', null, 'req_1', now(), pg_current_xact_id()
          from ledger.transactions where id = ${id}`,
      ),
    ).toEqual([{ problem: 'wrong_erasure', at: true }]))

  test('words put in the place of erased ones', async () =>
    expect(
      (
        await foundAfter(async (sql, id) => {
          await sql`
            select ledger.erase_text(t.lane, t.book, t.seq, 'x', null, 'req_1', now())
            from ledger.transactions t where id = ${id}`
          await sql`
            update ledger.transactions set description = 'new', text_salt = uuid_send(gen_random_uuid())
            where id = ${id}`
        })
      ).toSorted((a, b) => (a.problem < b.problem ? -1 : 1)),
    ).toEqual([
      { problem: 'wrong_content', at: true },
      { problem: 'wrong_erasure', at: true },
    ]))

  test('a record of an erasure removed', async () =>
    expect(
      await foundAfter(async (sql, id) => {
        await sql`
          select ledger.erase_text(t.lane, t.book, t.seq, 'x', null, 'req_1', now())
          from ledger.transactions t where id = ${id}`
        await sql`
          delete from ledger.erasures x using ledger.transactions t
          where t.id = ${id} and x.book = t.book and x.seq = t.seq`
      }),
    ).toEqual([{ problem: 'wrong_content', at: true }]))

  test('words without a salt put in the place of erased ones', async () =>
    expect(
      await foundAfter(async (sql, id) => {
        await sql`
          select ledger.erase_text(t.lane, t.book, t.seq, 'x', null, 'req_1', now())
          from ledger.transactions t where id = ${id}`
        await sql`update ledger.transactions set metadata = '{"order": "8"}' where id = ${id}`
      }),
    ).toEqual([
      { problem: 'wrong_content', at: true },
      { problem: 'wrong_erasure', at: true },
    ]))

  test('words without a salt put where there were none', async () => {
    const { id } = await record('wordless', {})
    const found = await foundAfter(async (sql) => {
      await sql`update ledger.transactions set description = 'Paid in cash' where id = ${id}`
    })
    expect(found.map(({ problem }) => problem)).toEqual(['wrong_content'])
  })
})
