import { randomUUID } from 'node:crypto'
import { eventually } from '@micro/testing'
import Stripe from 'stripe'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pay } from '../e2e/api.ts'
import { openAcceptance, type Acceptance } from './sdk.fixture.ts'
import { interrupt, openReceiver, openStripeCli, type StripeCli } from './stripe-cli.fixture.ts'

let micro: Acceptance
let cli: StripeCli
beforeAll(async () => {
  micro = await openAcceptance()
  cli = await openStripeCli(micro.url, micro.mine.key)
}, 180_000)
afterAll(() => micro?.stop())

/** Starts `stripe listen` and waits until it says that it is ready. */
const listen = async (...args: readonly string[]) => {
  const running = cli.start(['listen', '--skip-update', ...args])
  await eventually(() => expect(running.stdout() + running.stderr()).toContain('Ready!'), { timeoutMs: 60_000 })
  return { ...running, said: () => running.stdout() + running.stderr(), end: () => interrupt(running) }
}

const idIn = (text: string): string => /"id": ?"(\w+)"/.exec(text)?.[1] ?? ''

describe('the official command line, unmodified', () => {
  test('creates, retrieves, lists and deletes, by paths and by its commands for resources', async () => {
    const posted = await cli.run(['post', '/v1/customers', '-d', 'email=cli@example.com', '-d', 'metadata[from]=cli'])
    const id = idIn(posted.stdout)
    expect(id).toMatch(/^cus_/)
    expect((await cli.run(['get', id])).stdout).toContain('cli@example.com')
    const listed = await cli.run(['get', '/v1/customers', '--limit', '1', '-s'])
    expect(listed.stdout + listed.stderr).toMatch(/Request-Id: req_/i)
    expect(listed.stdout).toContain('has_more')
    expect((await cli.run(['delete', `/v1/customers/${id}`, '-c'])).stdout).toMatch(/"deleted": ?true/)
    const intent = await cli.run(['payment_intents', 'create', '--amount', '2000', '--currency', 'usd'])
    expect(intent.stdout).toMatch(/"status": ?"requires_payment_method"/)
    const confirmed = await cli.run([
      'payment_intents',
      'confirm',
      idIn(intent.stdout),
      '--payment-method',
      'pm_card_visa',
      '--return-url',
      'https://example.com',
    ])
    expect(confirmed.stdout).toMatch(/"status": ?"succeeded"/)
  })

  test('is told in the words it prints what it asked for in a wrong way', async () => {
    const missing = await cli.run(['get', '/v1/payment_intents/pi_nothing'])
    expect(missing.stdout + missing.stderr).toContain("No such payment_intent: 'pi_nothing'")
    const stranger = await openStripeCli(micro.url, `sk_test_${'0'.repeat(30)}`)
    const refused = await stranger.run(['get', '/v1/account'])
    expect(refused.stdout + refused.stderr).toContain('Invalid API Key provided')
  })
})

describe('stripe listen', () => {
  test('forwards every event, signed so that the official SDK verifies it, and prints what came back', async () => {
    const receiver = await openReceiver()
    const listening = await listen('--all-snapshot', '--forward-to', receiver.url)
    const secret = /whsec_[0-9a-f]{64}/.exec(listening.said())?.[0] ?? ''
    await pay(micro.mine.test)
    await pay(micro.theirs.test)
    await eventually(() => expect(receiver.types()).toContain('payment_intent.succeeded'))
    await eventually(() => expect(listening.said()).toContain(`[200] POST ${receiver.url}`))
    expect(receiver.types().toSorted()).toEqual([
      'charge.succeeded',
      'payment_intent.created',
      'payment_intent.succeeded',
    ])
    for (const { body, headers, event } of receiver.received) {
      const signature = String(headers['stripe-signature'])
      const verified = micro.mine.stripe.webhooks.constructEvent(body, signature, secret)
      expect(verified).toEqual(await micro.mine.stripe.events.retrieve(event.id))
    }
    expect(() => Stripe.webhooks.constructEvent('{}', 't=1,v1=00', secret)).toThrow()
    await listening.end()
    await receiver.close()
  })

  test('has one secret for as long as the key lives, the one that micro listen prints, and each key its own', async () => {
    const printed = async (key: string): Promise<string> =>
      (await (await openStripeCli(micro.url, key)).run(['listen', '--print-secret'])).stdout.trim()
    const secret = await printed(micro.mine.key)
    expect(secret).toMatch(/^whsec_[0-9a-f]{64}$/)
    expect(await printed(micro.mine.key)).toBe(secret)
    expect(await printed(micro.theirs.key)).not.toBe(secret)
  })

  test('shows what --events asks for and nothing else, in as many sessions as are open', async () => {
    const [all, charges] = [await openReceiver(), await openReceiver()]
    const first = await listen('--all-snapshot', '--forward-to', all.url)
    const second = await listen('--events', 'charge.succeeded', '--forward-to', charges.url)
    await pay(micro.mine.test)
    await pay(micro.mine.test)
    await eventually(() => expect(all.received).toHaveLength(6))
    await eventually(() => expect(charges.received).toHaveLength(2))
    expect(new Set(charges.types())).toEqual(new Set(['charge.succeeded']))
    await Promise.all([first.end(), second.end()])
    await Promise.all([all.close(), charges.close()])
  })

  test('with --latest shows each event once, too', async () => {
    const receiver = await openReceiver()
    const listening = await listen('--latest', '--all-snapshot', '--forward-to', receiver.url)
    await pay(micro.mine.test)
    await eventually(() => expect(receiver.received).toHaveLength(3))
    await listening.end()
    expect(receiver.received).toHaveLength(3)
    await receiver.close()
  })

  test('goes on when what it forwards to refuses', async () => {
    const receiver = await openReceiver(500)
    const listening = await listen('--all-snapshot', '--skip-verify', '--forward-to', receiver.url)
    await pay(micro.mine.test)
    await eventually(() => expect(listening.said().match(/\[500\]/g)).toHaveLength(3))
    await listening.end()
    await receiver.close()
  })

  test('for thin events alone is told that there are none', async () => {
    const { stdout, stderr, code } = await cli.run(['listen', '--skip-update', '--all-thin'])
    expect(code).not.toBe(0)
    expect(stdout + stderr).toContain('there are no thin events here')
  })

  test('ends with what is wrong once its key is revoked', async () => {
    const { body: made } = await micro.mine.session('POST', '/auth/api_keys', { body: { environment: 'test' } })
    const doomed = await openStripeCli(micro.url, String(made['key']))
    const running = doomed.start(['listen', '--skip-update', '--all-snapshot'])
    await eventually(() => expect(running.stdout() + running.stderr()).toContain('Ready!'), { timeoutMs: 60_000 })
    await micro.mine.session('DELETE', `/auth/api_keys/${made.id}`)
    const { code, stdout, stderr } = await running.ended
    expect(code).not.toBe(0)
    expect(stdout + stderr).toContain('Invalid API Key provided')
  }, 180_000)
})

describe('stripe events resend', () => {
  test('brings an event once more to who listens, and to nobody else', async () => {
    const receiver = await openReceiver()
    const listening = await listen('--events', 'charge.succeeded', '--forward-to', receiver.url)
    await pay(micro.mine.test)
    await eventually(() => expect(receiver.received).toHaveLength(1))
    const id = receiver.received[0]?.event.id ?? ''
    const resent = await cli.run(['events', 'resend', id])
    expect(resent.stdout).toContain(id)
    await eventually(() => expect(receiver.received.map(({ event }) => event.id)).toEqual([id, id]))
    const stranger = await openStripeCli(micro.url, micro.theirs.key)
    expect((await stranger.run(['events', 'resend', id])).stdout).toContain(`No such event: '${id}'`)
    await listening.end()
    await receiver.close()
  })
})

describe('stripe logs tail', () => {
  const tail = async (...args: readonly string[]) => {
    const running = cli.start(['logs', 'tail', ...args])
    await eventually(() => expect(running.stdout() + running.stderr()).toContain('Ready!'), { timeoutMs: 60_000 })
    return { said: () => running.stdout(), end: () => interrupt(running) }
  }

  test('shows requests of every key of the merchant as they are answered, and what was wrong with them', async () => {
    const tailing = await tail('--format', 'JSON')
    await micro.theirs.test('GET', '/v1/customers?email=stranger@example.com')
    await micro.mine.test('GET', '/v1/customers?email=secret@example.com')
    await micro.mine.test('GET', '/v1/payment_intents/pi_nothing')
    await micro.mine.live('GET', '/v1/charges')
    await eventually(() => expect(tailing.said()).toContain('pi_nothing'))
    await tailing.end()
    expect(tailing.said()).toMatch(/"url": ?"\/v1\/customers"/)
    expect(tailing.said()).toContain('resource_missing')
    expect(tailing.said()).not.toContain('secret@example.com')
    expect(tailing.said().match(/"url": ?"\/v1\/customers"/g)).toHaveLength(1)
    expect(tailing.said()).not.toContain('/v1/charges')
  })

  test('shows what its filters ask for and nothing else', async () => {
    const tailing = await tail('--format', 'JSON', '--filter-http-method', 'POST', '--filter-status-code-type', '4XX')
    await micro.mine.test('GET', '/v1/payment_intents/pi_nothing')
    await micro.mine.test('POST', '/v1/customers', { form: 'email=a@example.com' })
    await micro.mine.test('POST', '/v1/payment_intents', { form: 'amount=none' })
    await eventually(() => expect(tailing.said()).toContain('/v1/payment_intents'))
    await tailing.end()
    expect(tailing.said()).not.toContain('pi_nothing')
    expect(tailing.said()).not.toContain('/v1/customers')
  })
})

test('an idempotency key of the command line holds as one of the SDK does', async () => {
  const key = randomUUID()
  const args = ['post', '/v1/customers', '-i', key, '-d', 'description=once']
  expect(idIn((await cli.run(args)).stdout)).toBe(idIn((await cli.run(args)).stdout))
})
