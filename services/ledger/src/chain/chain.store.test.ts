import { createDatabase, only, sqlState } from '@micro/postgres'
import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { expectSound, merchant, move, payments, startLedger, type Ledger } from '../testing/ledger.ts'
import { genesisOf, linkOf } from './content.ts'

let ledger: Ledger
beforeAll(async () => void (ledger = await startLedger()))
afterEach(() => expectSound(ledger))
afterAll(() => ledger.close())

const hashes = async (who: { merchant: string }) =>
  ledger.database.db.sql<{ seq: bigint; content_hash: Buffer; hash: Buffer; content: Buffer }>`
    select t.seq, t.content_hash, t.hash, c.hash as content
    from ledger.books b
    join ledger.transactions t on t.lane = b.lane and t.book = b.id
    join ledger.contents c on c.lane = t.lane and c.book = t.book and c.seq = t.seq
    where b.merchant = ${who.merchant} order by t.seq`

test('whatever people write, service and database hash the same, and the chain leads to the hash that is answered', async () => {
  const who = merchant('acct_words')
  const names = ['a', 'b', 'A.very:long@name-' + 'x'.repeat(100)]
  for (const id of names) await ledger.account(who, id)
  const text = fc
    .string({ unit: 'grapheme', maxLength: 30 })
    .filter((each) => each.isWellFormed() && !each.includes('\0'))
  const key = text.filter((each) => /^[^[\]]{1,40}$/u.test(each) && each !== '__proto__')
  const large = fc.bigInt(1n, 10n ** 30n)
  let count = 0
  await fc.assert(
    fc.asyncProperty(
      fc.option(text),
      fc.dictionary(key, text, { maxKeys: 5 }),
      fc.constantFrom(...names.slice(1)),
      large,
      text.filter((each) => each !== '' && !each.startsWith('micro:')),
      fc.integer({ min: 0, max: 253_402_300_799 }),
      async (description, metadata, to, amount, reference, effective_at) => {
        ledger.clock.advance(1)
        const { status, body } = await ledger.record(
          who,
          `${count}${reference}`,
          move(String(amount), { from: 'a', to }),
          { ...(description === null ? {} : { description }), metadata, effective_at },
        )
        expect({ status, body }).toMatchObject({ status: 201, body: { seq: ++count } })
      },
    ),
    { numRuns: 100 },
  )
  let before = genesisOf({ merchant: who.merchant, mode: 'test' })
  for (const { content_hash, content, hash } of await hashes(who)) {
    expect(content).toEqual(content_hash)
    before = linkOf(before, content_hash)
    expect(hash).toEqual(before)
  }
  const newest = await ledger.get(who, '/ledger/transactions?limit=1')
  expect(newest.body['data']).toMatchObject([{ hash: before.toString('hex') }])
})

test('what a superuser changes behind the triggers no longer has its hash', async () => {
  const who = merchant('acct_tampered')
  for (const id of ['a', 'b']) await ledger.account(who, id)
  for (const at of [1, 2, 3]) await ledger.record(who, `r${at}`, move(at, { from: 'a', to: 'b' }), { description: 'x' })
  const superuser = createDatabase({ url: ledger.database.superuserUrl, applicationName: 'ledger test', poolSize: 1 })
  const undone = new Error('undone')
  const changedAfter = (change: (sql: typeof superuser.sql) => Promise<unknown>): Promise<bigint[]> => {
    let wrong: bigint[] = []
    return superuser
      .transaction(async (sql) => {
        await sql`alter table ledger.transactions disable trigger user`
        await sql`alter table ledger.entries disable trigger user`
        await change(sql)
        const rows = await sql<{ seq: bigint }>`
          select t.seq from ledger.transactions t join ledger.contents c using (lane, book, seq)
          join ledger.books b on b.lane = t.lane and b.id = t.book
          where b.merchant = ${who.merchant} and c.hash is distinct from t.content_hash`
        wrong = rows.map(({ seq }) => seq)
        throw undone
      })
      .catch((error: unknown) => {
        if (error !== undone) throw error
        return wrong
      })
  }
  expect(await changedAfter((sql) => sql`select`)).toEqual([])
  expect(
    await changedAfter((sql) => sql`update ledger.transactions set description = 'y' where reference_id = 'r2'`),
  ).toEqual([2n])
  expect(
    await changedAfter((sql) => sql`update ledger.entries set amount = amount * 2 where seq = 3 and abs(amount) < 10`),
  ).toEqual([3n])
  expect(await changedAfter((sql) => sql`delete from ledger.entries where seq = 1`)).toEqual([1n])
  await superuser.close()
})

test("a repeat is answered with the hash of the first, also of Micro's own transactions", async () => {
  const posting = {
    merchant: 'acct_system',
    mode: 'test',
    reference_id: 'micro:1',
    currency: 'usd',
    accounts: [
      { id: 'sys_x', name: 'x', type: 'asset' },
      { id: 'sys_y', name: 'y', type: 'asset' },
    ],
    entries: move(1, { from: 'sys_x', to: 'sys_y' }),
  }
  const first = await ledger.post(payments, '/internal/transactions', posting)
  const again = await ledger.post(payments, '/internal/transactions', posting)
  expect([first.status, again.status, again.text]).toEqual([201, 200, first.text])
})

test('the service may read the chain, and nobody may skip it', async () => {
  expect(await ledger.database.db.sql`select from ledger.contents limit 1`).toHaveLength(1)
  const skipped = ledger.database.owner.sql`
    insert into ledger.books (lane, merchant, mode, created_at, head_hash)
    select get_byte(sha256(convert_to('x/test', 'UTF8')), 0), 'x', 'test', now(), sha256('x')`
  expect(await skipped.catch(sqlState)).toBe('23514')
  expect(only(await ledger.database.owner.sql`select ledger.genesis('x', 'test') as hash`)).toEqual({
    hash: genesisOf({ merchant: 'x', mode: 'test' }),
  })
})
