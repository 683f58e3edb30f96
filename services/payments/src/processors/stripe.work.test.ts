import { addMs } from '@micro/kernel'
import { within } from '@micro/service'
import { fakeClock } from '@micro/testing'
import { describe, expect, test } from 'vitest'
import { PaymentDiffers } from './same-payment.ts'
import { stripeAccount } from './stripe.work.ts'

const clock = fakeClock()
const intent = (id: string, charge: string, status = 'succeeded', more: object = {}) => ({
  id,
  object: 'payment_intent',
  status,
  amount: 900,
  currency: 'usd',
  capture_method: 'automatic',
  last_payment_error: null,
  metadata: { micro_charge: charge },
  ...more,
})

type Answer = { status?: number; body: object; date?: Date }

/** A processor that answers as told, and the paths it was asked. */
const processor = (answer: (url: URL) => Answer) => {
  const asked: string[] = []
  const fetch = (address: string | URL | Request): Promise<Response> => {
    const url = new URL(address as string)
    asked.push(url.pathname)
    const { status = 200, body, date = clock.now() } = answer(url)
    const headers = { 'content-type': 'application/json', date: date.toUTCString() }
    return Promise.resolve(new Response(JSON.stringify(body), { status, headers }))
  }
  const connection = {
    url: 'https://processor.test',
    secretKey: 'sk_live_x',
    clock,
    fetch: fetch as typeof globalThis.fetch,
  }
  return { asked, account: stripeAccount(connection) }
}
const list = (data: object[], has_more = false) => ({ object: 'list', url: '/v1/payment_intents', data, has_more })
const asked = { amount: 900n, currency: 'usd', captureMethod: 'automatic' } as const
const sent = (agoMs: number) => ({ id: 'ch_1', sentAt: addMs(clock.now(), -agoMs), processorId: null, ...asked })
const searched = '/v1/payment_intents/search'
const listed = '/v1/payment_intents'

describe('a charge whose answer was lost', () => {
  test('long ago is found by a search, however much was paid there since, and read anew', async () => {
    const { account, asked } = processor(({ pathname }) => ({
      body: pathname === searched ? list([intent('pi_1', 'ch_1', 'requires_confirmation')]) : intent('pi_1', 'ch_1'),
    }))
    expect(await account.find(sent(3_600_000))).toEqual({ kind: 'succeeded', processorId: 'pi_1' })
    expect(asked).toEqual([searched, '/v1/payment_intents/pi_1'])
  })

  test('just now is looked for in the list of the last minutes: a search is behind', async () => {
    const { account, asked } = processor((url) => {
      expect(Number(url.searchParams.get('created[gte]'))).toBe(Math.floor((clock.now().getTime() - 305_000) / 1_000))
      const first = url.searchParams.get('starting_after') === null
      return { body: first ? list([intent('pi_2', 'ch_2')], true) : list([intent('pi_1', 'ch_1')]) }
    })
    expect(await account.find(sent(5_000))).toEqual({ kind: 'succeeded', processorId: 'pi_1' })
    expect(asked).toEqual([listed, listed])
  })

  test('that no search knows, or at a processor without one, is only missing when the list says so', async () => {
    const { account, asked } = processor(({ pathname }) =>
      pathname === searched
        ? { status: 404, body: { error: { type: 'invalid_request_error', message: 'No.' } } }
        : { body: list([]) },
    )
    expect(await account.find(sent(3_600_000))).toBeUndefined()
    expect(asked).toEqual([searched, listed])
  })

  for (const [what, more] of [
    ['another amount', { amount: 901 }],
    ['another currency', { currency: 'jpy' }],
    ['an authorisation only', { status: 'requires_capture', capture_method: 'manual' }],
  ] as const)
    test(`stays unknown while all that bears its name is ${what}, and what is its own is found behind that`, async () => {
      const decoy = intent('pi_decoy', 'ch_1', 'succeeded', more)
      const alone = processor(() => ({ body: list([decoy]) }))
      await expect(alone.account.find(sent(3_600_000))).rejects.toThrow(PaymentDiffers)
      const both = processor(({ pathname, searchParams }) => {
        if (pathname === searched) return { body: list([decoy]) }
        return { body: searchParams.has('starting_after') ? list([intent('pi_1', 'ch_1')]) : list([decoy], true) }
      })
      expect(await both.account.find(sent(3_600_000))).toEqual({ kind: 'succeeded', processorId: 'pi_1' })
    })

  test('at a processor whose clock is far off stays unknown: it might be older than what was looked at', async () => {
    const { account } = processor(() => ({ body: list([]), date: addMs(clock.now(), -10 * 60_000) }))
    await expect(account.find(sent(5_000))).rejects.toThrow('600000 ms off')
  })
})

test('a refund whose answer was lost is found among those that bear its name only by its amount and currency', async () => {
  const refund = (id: string, amount: number) => ({
    id,
    object: 'refund',
    status: 'succeeded',
    amount,
    currency: 'usd',
    payment_intent: 'pi_1',
    metadata: { micro_refund: 're_1' },
  })
  const of = { id: 're_1', amount: 300n, currency: 'usd', processor_id: null }
  const both = processor(() => ({ body: list([refund('re_decoy', 1), refund('re_own', 300)]) }))
  expect(await both.account.findRefund(of, 'pi_1')).toEqual({ kind: 'succeeded', processorId: 're_own' })
  const alone = processor(() => ({ body: list([refund('re_decoy', 1)]) }))
  await expect(alone.account.findRefund(of, 'pi_1')).rejects.toThrow(PaymentDiffers)
})

test('a request that nobody waits for any more is ended', async () => {
  let ended = false
  const hangs = (_: unknown, init?: RequestInit) =>
    new Promise<Response>((_resolve, reject) => {
      init?.signal?.addEventListener('abort', () => {
        ended = true
        reject(init.signal?.reason as Error)
      })
    })
  const call = within(20, (signal) => {
    const connection = {
      url: 'https://processor.test',
      secretKey: 'sk_live_x',
      clock,
      signal,
      fetch: hangs as typeof fetch,
    }
    return stripeAccount(connection).find(sent(5_000))
  })
  await expect(call).rejects.toThrow('no answer within 20 ms')
  expect(ended).toBe(true)
})

describe('a key', () => {
  const refusal = (type: string) => ({ error: { type, message: 'No.' } })
  for (const [status, payment, verdict] of [
    [200, null, 'taken'],
    [200, 'pi_1', 'taken'],
    [401, null, 'refused'],
    [403, null, 'not_permitted'],
    [404, 'pi_1', 'other_account'],
    [429, null, 'unknown'],
    [500, null, 'unknown'],
  ] as const)
    test(`to which the processor answers ${status}${payment === null ? '' : ` of ${payment}`}: ${verdict}`, async () => {
      const { account } = processor(() => ({
        status,
        body:
          status === 200 ? (payment === null ? list([]) : intent('pi_1', 'ch_1')) : refusal('invalid_request_error'),
      }))
      expect(await account.check(payment)).toBe(verdict)
    })

  test('whose processor cannot be reached: unknown', async () => {
    const { account } = processor(() => {
      throw new TypeError('fetch failed')
    })
    expect(await account.check(null)).toBe('unknown')
  })
})
