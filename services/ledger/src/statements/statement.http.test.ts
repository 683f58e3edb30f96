import { unixSeconds } from '@micro/kernel'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { errorOf, merchant, move, startLedger, type Ledger } from '../testing/ledger.ts'

let ledger: Ledger
let start: number
const me = merchant()
const entries = new Map<string, string>()

// t1 to t4, ten seconds apart, of 1, 2, 4 and 8; the third took effect before the first, the fourth a minute later.
// Another account of the merchant's has entries in between.
beforeAll(async () => {
  ledger = await startLedger()
  start = unixSeconds(ledger.clock.now())
  await ledger.account(me, 'cash')
  await ledger.account(me, 'sales', { type: 'revenue' })
  await ledger.account(me, 'idle')
  for (const [at, effective] of [undefined, undefined, -5, 100].entries()) {
    ledger.clock.advance(10_000)
    const rest = effective === undefined ? {} : { effective_at: start + effective }
    const legs = move(2 ** at, { from: 'cash', to: 'sales' })
    const { body } = await ledger.record(me, `t${at + 1}`, legs, { ...rest, description: `The ${at + 1}.` })
    for (const { id, account_id } of body['entries'] as { id: string; account_id: string }[])
      entries.set(`${account_id} t${at + 1}`, id)
  }
})
afterAll(() => ledger.close())

const filled = (query: string) =>
  query
    .replaceAll(/@(-?\d+)/g, (_, seconds) => String(start + Number(seconds)))
    .replaceAll(/=(t\d)/g, (_, name) => `=${entries.get(`cash ${name}`)}`)
const statement = (query: string, who = me, account = 'cash') =>
  ledger.get(who, `/ledger/accounts/${account}/statement?${filled(query)}`)

interface Body {
  readonly opening_balance: number
  readonly closing_balance: number
  readonly has_more: boolean
  readonly data: readonly { reference_id: string; balance_after: number }[]
}

describe('200: opening balance, lines with the balance after each, closing balance', () => {
  for (const [query, want, more = false] of [
    ['', '0 t1:1 t2:3 t3:7 t4:15 =15'],
    ['limit=2', '0 t1:1 t2:3 =15', true],
    ['limit=2&starting_after=t2', '0 t3:7 t4:15 =15'],
    ['limit=2&ending_before=t4', '0 t2:3 t3:7 =15', true],
    ['limit=3&ending_before=t4', '0 t1:1 t2:3 t3:7 =15'],
    ['ending_before=t1', '0 =15'],
    ['starting_after=t4', '0 =15'],
    ['limit=2&from_end=true', '0 t3:7 t4:15 =15', true],
    ['from_end=true', '0 t1:1 t2:3 t3:7 t4:15 =15'],
    ['limit=1&from_end=true&starting_after=t1', '0 t2:3 =15', true],
    ['limit=1&from_end=true&created[lte]=@30', '0 t3:7 =7', true],
    ['limit=1&from_end=true&effective_at[gte]=0&effective_at[lte]=@99', '0 t2:7 =7', true],
    ['layer=pending&from_end=true', '0 =0'],
    ['created[gte]=@20&created[lte]=@30', '1 t2:3 t3:7 =7'],
    ['created[gt]=@20&created[lt]=@40', '3 t3:7 =7'],
    ['created[gte]=@20&starting_after=t1', '1 t2:3 t3:7 t4:15 =15'],
    ['created[lte]=@20&starting_after=t3', '0 =3'],
    ['created[lte]=@20&ending_before=t4', '0 t1:1 t2:3 =3'],
    ['created[gte]=@30&ending_before=t2', '3 =15'],
    ['created=@20', '1 t2:3 =3'],
    ['created[gt]=@40&created[lt]=@10', '15 =15'],
    ['seq=2', '0 t1:1 t2:3 =3'],
    ['effective_at[gte]=0', '0 t3:4 t1:5 t2:7 t4:15 =15'],
    ['effective_at[gte]=@0', '4 t1:5 t2:7 t4:15 =15'],
    ['effective_at[lt]=@20', '0 t3:4 t1:5 =5'],
    ['effective_at[gte]=@0&effective_at[lte]=@99', '4 t1:5 t2:7 =7'],
    ['effective_at[gte]=@50&effective_at[lt]=@0', '7 =7'],
    ['effective_at[gte]=0&limit=1&starting_after=t3', '0 t1:5 =15', true],
    ['effective_at[gte]=0&limit=1&ending_before=t1', '0 t3:4 =15'],
    ['effective_at[gte]=0&limit=2&ending_before=t4', '0 t1:5 t2:7 =15', true],
    ['effective_at[gte]=0&seq=2', '0 t1:1 t2:3 =3'],
    ['layer=pending', '0 =0'],
  ] as const)
    test(`?${query} → ${want}`, async () => {
      const { status, body } = await statement(query)
      const told = body as unknown as Body
      const lines = told.data.map((line) => `${line.reference_id}:${line.balance_after}`)
      expect([status, [told.opening_balance, ...lines, `=${told.closing_balance}`].join(' '), told.has_more]).toEqual([
        200,
        want,
        more,
      ])
    })

  test('what it says, also of an account without entries', async () => {
    const { body } = await statement('limit=1&effective_at[gte]=@90')
    expect(body).toEqual({
      object: 'ledger.statement',
      url: '/ledger/accounts/cash/statement',
      account_id: 'cash',
      currency: 'usd',
      scale: 2,
      normal_balance: 'debit',
      layer: 'posted',
      order: 'effective',
      opening_balance: 7,
      opening_balance_str: '7',
      closing_balance: 15,
      closing_balance_str: '15',
      seq: 4,
      has_more: false,
      data: [
        {
          id: entries.get('cash t4'),
          object: 'ledger.statement_line',
          transaction_id: expect.stringMatching(/^ltx_/),
          reference_id: 't4',
          description: 'The 4.',
          amount: -8,
          amount_str: '-8',
          direction: 'debit',
          value_str: '8',
          balance_after: 15,
          balance_after_str: '15',
          seq: 4,
          effective_at: start + 100,
          booked_at: null,
          created: start + 40,
        },
      ],
      livemode: false,
    })
    expect((await statement('', me, 'idle')).body).toMatchObject({ opening_balance: 0, closing_balance: 0, data: [] })
  })
})

describe('refused', () => {
  for (const [query, want] of [
    ['created[gt]=1&effective_at[gt]=1', [400, 'parameter_invalid', 'effective_at']],
    ['layer=pending&effective_at[gt]=1', [400, 'parameter_invalid', 'layer']],
    ['layer=other', [400, 'parameter_invalid', 'layer']],
    ['starting_after=t1&ending_before=t2', [400, 'parameter_invalid', 'ending_before']],
    ['starting_after=len_none', [400, 'resource_missing', 'starting_after']],
    ['starting_after=ltx_1', [400, 'resource_missing', 'starting_after']],
    ['starting_after=t1&layer=pending', [400, 'resource_missing', 'starting_after']],
    ['seq=5', [400, 'parameter_invalid', 'seq']],
    ['limit=101', [400, 'parameter_invalid', 'limit']],
  ] as const)
    test(`?${query} → ${want.join(' ')}`, async () => {
      const answer = await statement(query)
      expect([answer.status, errorOf(answer).code, errorOf(answer).param]).toEqual(want)
    })

  test("400: a cursor that is an entry of another account, or of another merchant's", async () => {
    const ofSales = String(entries.get('sales t1'))
    const other = merchant('acct_b')
    await ledger.account(other, 'cash')
    for (const [who, cursor] of [
      [me, ofSales],
      [other, String(entries.get('cash t1'))],
    ] as const) {
      const answer = await statement(`starting_after=${cursor}`, who)
      expect([answer.status, errorOf(answer).code]).toEqual([400, 'resource_missing'])
    }
  })

  test("404: an account that is another merchant's or mode's, or nobody's", async () => {
    for (const [who, account] of [
      [merchant('acct_c'), 'cash'],
      [merchant('acct_a', 'live'), 'cash'],
      [me, 'none'],
    ] as const)
      expect((await statement('', who, account)).status).toBe(404)
  })
})
