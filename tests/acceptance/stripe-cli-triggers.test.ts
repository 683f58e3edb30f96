import { eventually } from '@micro/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openAcceptance, type Acceptance } from './sdk.fixture.ts'
import { openStripeCli, type StripeCli } from './stripe-cli.fixture.ts'

/** The triggers whose objects Micro has. Each of the others is refused by the name of what is missing. */
const working = [
  'balance.available',
  'charge.captured',
  'charge.dispute.closed',
  'charge.dispute.created',
  'charge.dispute.updated',
  'charge.failed',
  'charge.refund.updated',
  'charge.refunded',
  'charge.succeeded',
  'checkout.session.completed',
  'checkout.session.expired',
  'customer.created',
  'customer.deleted',
  'customer.updated',
  'payment_intent.amount_capturable_updated',
  'payment_intent.canceled',
  'payment_intent.created',
  'payment_intent.payment_failed',
  'payment_intent.requires_action',
  'payment_intent.succeeded',
  'payment_method.attached',
  'payment_method.detached',
  'payment_method.updated',
  'payout.created',
  'payout.updated',
  'product.created',
  'product.deleted',
  'product.updated',
  'setup_intent.canceled',
  'setup_intent.created',
  'setup_intent.requires_action',
  'setup_intent.setup_failed',
  'setup_intent.succeeded',
]
const atOnce = 4

let micro: Acceptance
let cli: StripeCli
beforeAll(async () => {
  micro = await openAcceptance()
  cli = await openStripeCli(micro.url, micro.mine.key)
}, 180_000)
afterAll(() => micro?.stop())

/** What the command line says it can trigger. */
const known = async (): Promise<string[]> => {
  const { stdout } = await cli.run(['trigger', '--help'])
  const listed = /Supported events:\n((?: {2}\S+\n)+)/.exec(stdout)?.[1] ?? ''
  return listed.split('\n').flatMap((line) => (line.trim() === '' ? [] : [line.trim()]))
}

test('stripe trigger causes the event it names, for every trigger whose objects Micro has', async () => {
  const all = await known()
  expect(working.filter((name) => !all.includes(name))).toEqual([])
  process.stdout.write(`stripe trigger: ${working.length} of ${all.length} fixtures work.\n`)

  const failed: string[] = []
  const waiting = [...working]
  const work = async (): Promise<void> => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      const { code, stdout, stderr } = await cli.run(['trigger', name])
      if (code !== 0) failed.push(`${name}: ${stdout}${stderr}`)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  expect(failed).toEqual([])

  const caused = new Set<string>()
  await eventually(
    async () => {
      for await (const { type } of micro.mine.stripe.events.list({ limit: 100 })) caused.add(type)
      expect(working.filter((name) => !caused.has(name))).toEqual([])
      // Background work looks for what is available every few seconds.
    },
    { timeoutMs: 60_000 },
  )
}, 240_000)

test('a trigger of what Micro has not ends with what is missing', async () => {
  const { code, stdout, stderr } = await cli.run(['trigger', 'coupon.created'])
  expect(code).not.toBe(0)
  expect(stdout + stderr).toContain('Unrecognized request URL (POST: /v1/coupons)')
})

test('a fixture may be changed on the way, as scripts do', async () => {
  const args = ['--override', 'payment_intent:amount=4321', '--add', 'payment_intent:metadata.order=42']
  expect((await cli.run(['trigger', 'payment_intent.created', ...args])).code).toBe(0)
  const { data } = await micro.mine.stripe.paymentIntents.list({ limit: 1 })
  expect(data[0]).toMatchObject({ amount: 4321, metadata: { order: '42' } })
})
