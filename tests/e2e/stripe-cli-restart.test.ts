import { eventually } from '@micro/testing'
import { afterAll, expect, test } from 'vitest'
import { interrupt, openReceiver, openStripeCli } from '../acceptance/stripe-cli.fixture.ts'
import { newMerchant, pay, type Caller } from './api.ts'
import { micro, removeTemporaryDirectories, temporaryDirectory } from './harness.ts'

afterAll(removeTemporaryDirectories)

const idsOf = async (call: Caller): Promise<string[]> =>
  (await call('GET', '/v1/events?limit=100')).body.data.map(({ id }) => id).toSorted()

test('a listening Stripe CLI gets everything, though all of Micro dies in the middle and starts again', async () => {
  const dataDir = await temporaryDirectory()
  const before = await micro({ dataDir })
  const merchant = await newMerchant(before.url)
  const receiver = await openReceiver()
  const cli = await openStripeCli(before.url, merchant.key)
  const listening = cli.start(['listen', '--skip-update', '--all-snapshot', '--forward-to', receiver.url])
  await eventually(() => expect(listening.stdout() + listening.stderr()).toContain('Ready!'), { timeoutMs: 60_000 })
  await pay(merchant.test)
  await eventually(() => expect(receiver.received).toHaveLength(3))

  process.kill(before.pid, 'SIGKILL')
  await before.running.ended
  const { port } = new URL(before.url)
  const after = await micro({ dataDir, args: ['--port', port] })
  // The client does not know yet that anybody is back: it tries every ten seconds.
  await pay(merchant.test)
  await pay(merchant.test)

  await eventually(
    async () => {
      const got = new Set(receiver.received.map(({ event }) => event.id))
      const all = await idsOf(merchant.test)
      // Three payments, of which each has three: the last are taken in a moment after they were made.
      expect(all).toHaveLength(9)
      expect([...got].toSorted()).toEqual(all)
    },
    { timeoutMs: 60_000 },
  )
  expect(receiver.types().filter((type) => type === 'payment_intent.succeeded').length).toBeGreaterThanOrEqual(3)
  await interrupt(listening)
  await receiver.close()
  await after.stop()
}, 180_000)
