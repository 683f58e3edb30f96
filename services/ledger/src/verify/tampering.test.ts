/** What a superuser changes behind the triggers is found by whoever asks, at its seq; with all hashes made anew, by checkpoints. */
import { createDatabase, type Database, type Sql } from '@micro/postgres'
import type { LedgerVerification } from '@micro/contracts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { laneOf } from '../books/lane.ts'
import { testConfig } from '../testing/config.ts'
import { merchant, move, payments, startLedger, type Ledger } from '../testing/ledger.ts'
import { makeHashesAnew, withoutTriggers } from '../testing/tamper.ts'
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
  for (const id of ['cash', 'sales', 'idle']) await ledger.account(who, id)
  for (let at = 1; at <= many; at++)
    await ledger.record(who, `r${at}`, move(at, { from: 'cash', to: 'sales' }), { description: `Sale ${at}` })
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

describe('a superuser who changes the past', () => {
  /** What the ledger that asks is told after the change, which is then undone. */
  const foundAfter = async (
    change: (sql: Sql) => Promise<unknown>,
    { as = who, ...query }: { checkpoint?: string; as?: typeof who } = {},
  ) => {
    const rolledBack = new Error('rolled back')
    let found: LedgerVerification | undefined
    await superuser
      .transaction(async (sql) => {
        await withoutTriggers(sql)
        await change(sql)
        const db = {
          sql,
          transaction: (work: (of: typeof sql) => Promise<unknown>) => work(sql),
        } as unknown as Database
        const handlers = verifyHandlers({ db, newId: () => 'req_1' as never, config: config.checkpoints, sliceMax: 3 })
        const call = { principal: as, query, accepts: undefined, signal: new AbortController().signal }
        found = (await handlers.verifyLedger(call as never)) as LedgerVerification
        throw rolledBack
      })
      .catch((error: unknown) => {
        if (error !== rolledBack) throw error
      })
    return {
      status: found?.status,
      first: found?.first_bad_seq,
      problems: found?.problems.map(({ code, seq, account_id }) => [code, seq ?? account_id].join(' ')).toSorted(),
    }
  }
  const lane = laneOf(book)
  const inBook = (sql: Sql) => sql<{ id: bigint }>`
    select id from ledger.books where lane = ${lane} and merchant = 'acct_a' and mode = 'test'`
  const idOf = async (sql: Sql): Promise<bigint> => (await inBook(sql))[0]!.id

  const doubled = async (sql: Sql) => {
    const id = await idOf(sql)
    // Every number that follows from it is made to agree.
    await sql`update ledger.entries set amount = amount * 2 where lane = ${lane} and book = ${id} and seq = 4`
    await sql`
      update ledger.entries e set balance_after = f.folded from (
        select seq, leg, sum(amount) over (partition by account order by seq, leg) as folded
        from ledger.entries where lane = ${lane} and book = ${id}
      ) f where e.lane = ${lane} and e.book = ${id} and e.seq = f.seq and e.leg = f.leg`
    await sql`
      update ledger.accounts a set
        posted_credits = coalesce((select sum(amount) from ledger.entries e where e.lane = a.lane and e.account = a.id and amount > 0), 0),
        posted_debits = coalesce((select -sum(amount) from ledger.entries e where e.lane = a.lane and e.account = a.id and amount < 0), 0)
      where a.lane = ${lane} and a.book = ${id}`
  }

  for (const [what, change, want, first] of [
    ['an amount, with all that follows from it', doubled, ['wrong_content 4'], 4],
    [
      'a description',
      async (sql) =>
        sql`update ledger.transactions set description = 'x' where lane = ${lane} and book = ${await idOf(sql)} and seq = 5`,
      ['wrong_content 5'],
      5,
    ],
    [
      'a link of the chain',
      async (sql) =>
        sql`update ledger.transactions set hash = sha256('x') where lane = ${lane} and book = ${await idOf(sql)} and seq = 3`,
      ['wrong_link 3'],
      3,
    ],
    [
      'a transaction, by taking it and its entries away',
      async (sql) => {
        const id = await idOf(sql)
        await sql`delete from ledger.entries where lane = ${lane} and book = ${id} and seq = 6`
        await sql`delete from ledger.transactions where lane = ${lane} and book = ${id} and seq = 6`
      },
      ['broken_chain 7', 'seq_gap 6', 'wrong_balance cash', 'wrong_link 7'],
      6,
    ],
    [
      'a transaction, by taking it away and leaving its entries',
      async (sql) =>
        sql`delete from ledger.transactions where lane = ${lane} and book = ${await idOf(sql)} and seq = 6`,
      ['orphan_entry 6', 'seq_gap 6', 'wrong_link 7'],
      6,
    ],
    [
      'a balance',
      async (sql) =>
        sql`update ledger.accounts set posted_credits = posted_credits + 1
          where lane = ${lane} and book = ${await idOf(sql)} and public_id = 'sales'`,
      ['wrong_balance sales'],
      null,
    ],
    [
      'a balance of an account without entries',
      async (sql) =>
        sql`update ledger.accounts set posted_credits = 1, version = 1
          where lane = ${lane} and book = ${await idOf(sql)} and public_id = 'idle'`,
      ['wrong_balance idle'],
      null,
    ],
    [
      'a running balance',
      async (sql) =>
        sql`update ledger.entries set balance_after = 0 where lane = ${lane} and book = ${await idOf(sql)} and seq = 2 and leg = 1`,
      ['broken_chain 2'],
      2,
    ],
    [
      'a limit',
      async (sql) => {
        await sql`alter table ledger.accounts drop constraint accounts_max_balance`
        return sql`update ledger.accounts set max_balance = -1000
          where lane = ${lane} and book = ${await idOf(sql)} and public_id = 'idle'`
      },
      ['limit_passed idle'],
      null,
    ],
    [
      'the end, by adding behind it',
      async (sql) => sql`update ledger.books set last_seq = 7, head_hash = (
          select hash from ledger.transactions where lane = ${lane} and book = books.id and seq = 7)
        where lane = ${lane} and id = ${await idOf(sql)}`,
      ['seq_gap 8'],
      8,
    ],
    [
      "a head's hash",
      async (sql) =>
        sql`update ledger.books set head_hash = sha256('x') where lane = ${lane} and id = ${await idOf(sql)}`,
      ['wrong_head 8'],
      8,
    ],
  ] as const satisfies readonly (readonly [string, (sql: Sql) => Promise<unknown>, readonly string[], number | null])[])
    test(`${what}: named, with the first seq`, async () =>
      expect(await foundAfter(change)).toEqual({ status: 'wrong', first, problems: want }))

  test('a hold, or what is held: named, with the first seq', async () => {
    const holder = merchant('acct_holds')
    for (const id of ['buyer', 'seller']) await ledger.account(holder, id)
    const entries = move(9, { from: 'seller', to: 'buyer' })
    const { status } = await ledger.post(holder, '/ledger/holds', { reference_id: 'hold', entries })
    expect(status).toBe(201)
    expect(await foundAfter(async () => {}, { as: holder })).toEqual({ status: 'sound', first: null, problems: [] })
    const released = await foundAfter(
      (sql) => sql`
        update ledger.holds h set status = 'released' from ledger.books b
        where b.merchant = 'acct_holds' and h.lane = b.lane and h.book = b.id`,
      { as: holder },
    )
    expect(released).toEqual({ status: 'wrong', first: 1, problems: ['wrong_hold 1'] })
    const held = await foundAfter(
      (sql) => sql`
        update ledger.accounts set pending_credits = pending_credits + 1
        where merchant = 'acct_holds' and public_id = 'buyer'`,
      { as: holder },
    )
    expect(held).toEqual({ status: 'wrong', first: null, problems: ['wrong_balance buyer'] })
  })

  describe('and makes every hash anew, so that the ledger agrees with itself,', () => {
    const rewritten = async (sql: Sql) => {
      await doubled(sql)
      await makeHashesAnew(sql, book)
    }
    const checkpoint = async () => String((await ledger.post(who, '/ledger/checkpoints', {})).body['token'])

    test('is not found out by the ledger alone: that is what checkpoints are for', async () => {
      const found = await foundAfter(async (sql) => {
        await rewritten(sql)
        await sql`delete from ledger.checkpoints`
      })
      expect(found).toEqual({ status: 'sound', first: null, problems: [] })
    })

    test('is found out by a checkpoint that was kept outside', async () => {
      const kept = await checkpoint()
      const found = await foundAfter(
        async (sql) => {
          await rewritten(sql)
          await sql`delete from ledger.checkpoints`
        },
        { checkpoint: kept },
      )
      expect(found).toEqual({ status: 'wrong', first: many + 1, problems: [`wrong_checkpoint ${many + 1}`] })
    })

    test('is found out by the checkpoints inside, also when their hashes were changed along', async () => {
      await checkpoint()
      const want = { status: 'wrong', first: many + 1, problems: [`wrong_checkpoint ${many + 1}`] }
      expect(await foundAfter(rewritten)).toEqual(want)
      const changedAlong = async (sql: Sql) => {
        await rewritten(sql)
        await sql`
          update ledger.checkpoints c set hash = t.hash from ledger.transactions t
          where t.lane = c.lane and t.book = c.book and t.seq = c.seq`
      }
      expect(await foundAfter(changedAlong)).toEqual(want)
    })

    test('is found out when the newest transactions are taken away without a trace', async () => {
      const kept = await checkpoint()
      const cut = async (sql: Sql) => {
        const id = await idOf(sql)
        await sql`delete from ledger.checkpoints`
        await sql`delete from ledger.entries where lane = ${lane} and book = ${id} and seq = 8`
        await sql`delete from ledger.transactions where lane = ${lane} and book = ${id} and seq = 8`
        await sql`delete from ledger.accounts where lane = ${lane} and book = ${id} and system`
        await sql`update ledger.books set last_seq = 7 where lane = ${lane} and id = ${id}`
        await makeHashesAnew(sql, book)
      }
      expect((await foundAfter(cut)).status).toBe('sound')
      expect(await foundAfter(cut, { checkpoint: kept })).toEqual({
        status: 'wrong',
        first: 8,
        problems: ['wrong_checkpoint 8'],
      })
    })
  })
})
