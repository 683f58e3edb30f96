import { unixSeconds } from '@micro/kernel'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { errorOf, merchant, move, startLedger, type Ledger } from '../testing/ledger.ts'
import { balanceHandlers } from './balance.http.ts'

let ledger: Ledger
let start: number
const me = merchant()

// t1 to t4, ten seconds apart, of 1, 2, 4 and 8; the third took effect before the first, the fourth a minute later.
beforeAll(async () => {
  ledger = await startLedger()
  start = unixSeconds(ledger.clock.now())
  await ledger.account(me, 'cash')
  await ledger.account(me, 'sales', { type: 'revenue' })
  for (const [at, effective] of [undefined, undefined, -5, 100].entries()) {
    ledger.clock.advance(10_000)
    const rest = effective === undefined ? {} : { effective_at: start + effective }
    await ledger.record(me, `t${at + 1}`, move(2 ** at, { from: 'cash', to: 'sales' }), rest)
  }
})
afterAll(() => ledger.close())

const times = (query: string) => query.replaceAll(/@(-?\d+)/g, (_, seconds) => String(start + Number(seconds)))
const balance = (query: string, who = me, account = 'cash') =>
  ledger.get(who, `/ledger/accounts/${account}/balance?${times(query)}`)

describe('200', () => {
  for (const [query, want, seq] of [
    ['', 15, 4],
    ['seq=0', 0, 0],
    ['seq=2', 3, 2],
    ['seq=4', 15, 4],
    ['at=@9', 0, 0],
    ['at=@10', 1, 1],
    ['at=@39', 7, 3],
    ['at=253402300799', 15, 4],
    ['effective_at=@-6', 0, 4],
    ['effective_at=@-5', 4, 4],
    ['effective_at=@10', 5, 4],
    ['effective_at=@99', 7, 4],
    ['effective_at=@100', 15, 4],
    ['effective_at=0', 0, 4],
    ['effective_at=253402300799', 15, 4],
    ['effective_at=@10&seq=2', 1, 2],
    ['effective_at=@10&at=@30', 5, 3],
    ['effective_at=@20&at=@10', 1, 1],
  ] as const)
    test(`?${query} → ${want}`, async () => {
      const { status, body } = await balance(query)
      expect([status, body['balance'], body['net'], body['seq']]).toEqual([200, want, -want || 0, seq])
    })

  test('what it says', async () => {
    expect((await balance('effective_at=@10', me, 'sales')).body).toEqual({
      object: 'ledger.balance',
      account_id: 'sales',
      currency: 'usd',
      scale: 2,
      normal_balance: 'credit',
      balance: 5,
      balance_str: '5',
      net: 5,
      net_str: '5',
      pending: null,
      pending_str: null,
      seq: 4,
      effective_at: start + 10,
      livemode: false,
    })
  })
})

describe('refused', () => {
  for (const [query, want] of [
    ['seq=5', [400, 'parameter_invalid', 'seq']],
    ['seq=-1', [400, 'parameter_invalid', 'seq']],
    ['seq=1&at=1', [400, 'parameter_invalid', 'at']],
    ['at=1.5', [400, 'parameter_invalid_integer', 'at']],
    ['effective_at=253402300800', [400, 'parameter_invalid', 'effective_at']],
    ['from=1', [400, 'parameter_unknown', 'from']],
  ] as const)
    test(`?${query} → ${want.join(' ')}`, async () => {
      const answer = await balance(query)
      expect([answer.status, errorOf(answer).code, errorOf(answer).param]).toEqual(want)
    })

  test("404: an account that is another merchant's or mode's, or nobody's", async () => {
    for (const [who, account] of [
      [merchant('acct_b'), 'cash'],
      [merchant('acct_a', 'live'), 'cash'],
      [me, 'none'],
    ] as const) {
      const answer = await balance('', who, account)
      expect([answer.status, errorOf(answer).code]).toEqual([404, 'resource_missing'])
    }
  })
})

describe('a series of balances', () => {
  const series = (query: string, who = me, account = 'cash') =>
    ledger.get(who, `/ledger/accounts/${account}/balances?${times(query)}`)
  const asked = (seconds: readonly (number | string)[]) =>
    seconds.map((each, place) => `at[${place}]=${each}`).join('&')

  for (const [by, want] of [
    ['', [0, 1, 1, 3, 7, 15, 15]],
    ['&by=recorded', [0, 1, 1, 3, 7, 15, 15]],
    ['&by=effective', [4, 5, 5, 7, 7, 7, 15]],
  ] as const)
    test(`at seven moments${by} → ${want.join(', ')}, as one balance after the other has it`, async () => {
      const moments = ['@9', '@10', '@19', '@20', '@39', '@40', '@100']
      const { status, body } = await series(asked(moments) + by)
      const data = body['data'] as { at: number; balance: number; balance_str: string; seq: number }[]
      expect([status, data.map((each) => each.balance)]).toEqual([200, want])
      expect(data.map(({ balance_str }) => balance_str)).toEqual(want.map(String))
      for (const { at, ...then } of data) {
        const one = await balance(`${by === '&by=effective' ? 'effective_at' : 'at'}=${at}`)
        expect([at, one.body['balance'], one.body['seq']]).toEqual([at, then.balance, then.seq])
      }
    })

  test('what it says, in the order in which it was asked', async () => {
    expect((await series(`${asked([253_402_300_799, 0])}`, me, 'sales')).body).toEqual({
      object: 'ledger.balance_series',
      account_id: 'sales',
      currency: 'usd',
      scale: 2,
      normal_balance: 'credit',
      data: [
        { at: 253_402_300_799, balance: 15, balance_str: '15', seq: 4 },
        { at: 0, balance: 0, balance_str: '0', seq: 0 },
      ],
      livemode: false,
    })
  })

  for (const [query, want] of [
    ['', [400, 'parameter_missing', 'at']],
    ['at[0]=1&by=time', [400, 'parameter_invalid', 'by']],
    ['at[0]=-1', [400, 'parameter_invalid', 'at[0]']],
  ] as const)
    test(`?${query.slice(0, 20)} → ${want.join(' ')}`, async () => {
      const answer = await series(query)
      expect([answer.status, errorOf(answer).code, errorOf(answer).param]).toEqual(want)
    })

  test('by effect it is read in turn and for so long at most: what counts at another time has no bound', async () => {
    const whose: string[] = []
    const inTurn = <T>(who: string, work: () => Promise<T>): Promise<T> => (whose.push(who), work())
    const { listLedgerBalances: ask } = balanceHandlers({ db: ledger.database.db, inTurn, timeoutMs: 50 })
    const call = (by: string) => ({ principal: me, params: { id: 'cash' }, query: { at: [1], by }, body: {} }) as never
    const blocked = ledger.database.owner.transaction(async (sql) => {
      await sql`lock table ledger.shifted_entries in access exclusive mode`
      await expect(ask(call('effective'))).rejects.toMatchObject({ code: 'report_too_large' })
    })
    await blocked
    await ask(call('recorded'))
    expect(whose).toHaveLength(1)
  })

  test("404 for an account that is unknown, another merchant's, or of the other mode", async () => {
    for (const [who, account] of [
      [me, 'nobody'],
      [merchant('acct_b'), 'cash'],
      [merchant('acct_a', 'live'), 'cash'],
    ] as const)
      expect((await series('at[0]=1', who, account)).status).toBe(404)
  })
})
