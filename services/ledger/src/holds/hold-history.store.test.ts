/** Random histories through the service on a real database: the service and the database must never disagree. */
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { expectSound, merchant, move, startLedger, type Ledger } from '../testing/ledger.ts'
import { verifyLedger } from '../verify/verify.work.ts'

let ledger: Ledger
beforeAll(async () => void (ledger = await startLedger()))
afterAll(() => ledger.close())

const account = fc.constantFrom('card', 'shop', 'till')
const amount = fc.integer({ min: 1, max: 40 })
const pick = fc.nat(20)
const command = fc.oneof(
  fc.record({ does: fc.constant('post' as const), from: account, to: account, amount }),
  fc.record({ does: fc.constant('hold' as const), from: account, to: account, amount, expires_in: fc.nat(5) }),
  fc.record({ does: fc.constant('capture' as const), pick, amount: fc.option(amount), final: fc.boolean() }),
  fc.record({ does: fc.constant('release' as const), pick }),
  fc.record({ does: fc.constant('reverse' as const), pick }),
  fc.record({ does: fc.constant('wait' as const), seconds: fc.nat(3) }),
  fc.record({ does: fc.constant('freeze' as const), account, frozen: fc.boolean() }),
)
type Command = typeof command extends fc.Arbitrary<infer C> ? C : never

test('whatever is asked in whichever order and at the same time, nothing fails, and all of it verifies', async () => {
  let runs = 0
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(command, { minLength: 1, maxLength: 4 }), { maxLength: 12 }), async (rounds) => {
      const who = merchant(`acct_history_${runs++}`)
      const make = (id: string, rest: object) =>
        ledger.post(who, '/ledger/accounts', { id, name: id, type: 'liability', ...rest })
      await Promise.all([make('card', { min_available: -50 }), make('shop', { max_balance: 90 }), make('till', {})])
      const holds: string[] = []
      const transactions: string[] = []
      let asked = 0
      const run = async (each: Command): Promise<void> => {
        const reference_id = `r${asked++}`
        const at = <T>(list: readonly T[]): T | undefined => list['pick' in each ? each.pick % (list.length || 1) : 0]
        const send = async (url: string, body: object, made?: string[]): Promise<void> => {
          const answer = await ledger.post(who, url, body)
          expect({ url, body, answer: answer.body, ok: answer.status < 500 }).toMatchObject({ ok: true })
          if (answer.status === 201) made?.push(String(answer.body['id']))
        }
        if (each.does === 'wait') {
          ledger.clock.advance(each.seconds * 1_000)
          return
        }
        if (each.does === 'freeze')
          return send(`/ledger/accounts/${each.account}`, { status: each.frozen ? 'frozen' : 'active' })
        if (each.does === 'post' || each.does === 'hold') {
          const body = { reference_id, entries: move(each.amount, each) }
          if (each.does === 'post') return send('/ledger/transactions', body, transactions)
          const expiry = each.expires_in === 0 ? {} : { expires_in: each.expires_in }
          return send('/ledger/holds', { ...body, ...expiry }, holds)
        }
        if (each.does === 'reverse')
          return send(`/ledger/transactions/${at(transactions)}/reverse`, { reference_id }, transactions)
        const amount = each.does === 'capture' && each.amount !== null ? { amount: each.amount } : {}
        const final = each.does === 'capture' ? { final: each.final } : {}
        await send(`/ledger/holds/${at(holds)}/${each.does}`, { reference_id, ...amount, ...final }, transactions)
      }
      for (const round of rounds) await Promise.all(round.map(run))
    }),
    { numRuns: 25 },
  )
  await expectSound(ledger)
  expect((await verifyLedger(ledger.database.db)).findings).toEqual([])
})
