import { isSealedUnderCurrent, newEncryptionKey, open, parseEncryptionKeys } from '@micro/signing'
import { addMs } from '@micro/kernel'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createBench, testConfig, type Bench, type CallOptions } from '../payments.fixture.ts'
import { secretPlace, type Webhook } from '../processor-webhooks/webhook.ts'
import { keyPlace, type ConfiguredProcessor } from './configured.ts'
import { scriptedProcessors } from './live.fixture.ts'

let bench: Bench
beforeAll(async () => {
  bench = await createBench()
})
afterAll(() => bench[Symbol.asyncDispose]())

const configure = async (merchant: string, priority = 0): Promise<string> => {
  const body = { kind: 'stripe', secret_key: `sk_live_of_${merchant}`, currencies: ['usd'], priority }
  const made = await bench.call('/payments/processors', { merchant, mode: 'live', body })
  expect([made.status, made.body]).toMatchObject([201, { livemode: true }])
  return made.body.id
}

/** How an intent's attempts ended, in the order of the processors that were asked, each once. */
const attemptsOf = async (intent: string, processors: readonly string[]): Promise<unknown[]> => {
  const charges = await bench.chargesOf(intent)
  expect(new Set(charges.map((charge) => charge['processor'])).size).toBe(charges.length)
  return processors.flatMap((id) => charges.filter((each) => each['processor'] === id).map((each) => each['status']))
}

let methods = 0
const paying = () => ({ amount: 900, currency: 'usd', payment_method: `pm_theirs${++methods}`, confirm: true })

describe('where the first processor', () => {
  for (const [first, second, status, attempts, asks] of [
    ['succeeded', 'succeeded', 200, ['succeeded'], 1],
    ['soft', 'succeeded', 200, ['failed', 'succeeded'], 2],
    ['soft', 'soft', 402, ['failed', 'failed'], 2],
    ['soft', 'declined', 402, ['failed', 'failed'], 2],
    ['declined', 'succeeded', 402, ['failed'], 1],
  ] as const)
    test(`answers ${first} and the second would answer ${second}, attempts are ${attempts.join(' and ')}`, async () => {
      const merchant = `acct_${first}${second}`
      const [a, b] = [await configure(merchant, 1), await configure(merchant, 2)]
      const { live, asked } = scriptedProcessors(bench, { [a]: first, [b]: second })
      const { call } = bench.another({ processors: { test: bench.processor, live } })
      const sent = { merchant, mode: 'live', key: `${first}-${second}`, body: paying() } as const
      const answer = await call('/v1/payment_intents', sent)
      expect(answer.status).toBe(status)
      const { data } = (await call('/v1/payment_intents', { merchant, mode: 'live' })).body
      expect(await attemptsOf(data[0]?.id ?? '', [a, b])).toEqual(attempts)
      expect(asked).toEqual([a, b].slice(0, asks))
      const events = await bench.events(data[0]?.id ?? '')
      const failures = events.filter(({ type }) => type === 'payment_intent.payment_failed')
      expect(failures).toHaveLength(status === 402 ? 1 : 0)
      expect((await call('/v1/payment_intents', sent)).text).toBe(answer.text)
      expect(asked).toHaveLength(asks)
    })

  test('does not answer, no other is asked: the result is unknown, and the completer learns it', async () => {
    const merchant = 'acct_silent'
    const [a, b] = [await configure(merchant, 1), await configure(merchant, 2)]
    const answers: Parameters<typeof scriptedProcessors>[1] = { [a]: 'silent', [b]: 'succeeded' }
    const { live, asked } = scriptedProcessors(bench, answers)
    const { call, parts } = bench.another({ processors: { test: bench.processor, live } })
    const answer = await call('/v1/payment_intents', { merchant, mode: 'live', body: paying() })
    expect(answer.body.status).toBe('processing')
    expect(new Set(asked)).toEqual(new Set([a]))
    answers[a] = 'succeeded'
    bench.clock.advance(testConfig.chargeLeaseMs + 1)
    await parts.completer.round()
    expect(await attemptsOf(answer.body.id, [a, b])).toEqual(['succeeded'])
    expect(new Set(asked)).toEqual(new Set([a]))
  })

  test('declines softly and the second does not answer, it is processing; a repeat and the completer make one charge', async () => {
    const merchant = 'acct_softsilent'
    const [a, b] = [await configure(merchant, 1), await configure(merchant, 2)]
    const answers: Parameters<typeof scriptedProcessors>[1] = { [a]: 'soft', [b]: 'silent' }
    const { live } = scriptedProcessors(bench, answers)
    const { call, parts } = bench.another({ processors: { test: bench.processor, live } })
    const sent = { merchant, mode: 'live', key: 'soft-silent', body: paying() } as const
    const { body } = await call('/v1/payment_intents', sent)
    expect(body.status).toBe('processing')
    answers[b] = 'succeeded'
    bench.clock.advance(testConfig.chargeLeaseMs + 1)
    await Promise.all([parts.completer.round(), call('/v1/payment_intents', sent)])
    expect(await attemptsOf(body.id, [a, b])).toEqual(['failed', 'succeeded'])
    expect((await call('/v1/payment_intents', sent)).body.id).toBe(body.id)
    expect((await call(`/v1/payment_intents/${body.id}`, { merchant, mode: 'live' })).body.status).toBe('succeeded')
  })
})

test('after the encryption key was rotated keys are sealed anew, and the earlier one is needed no more', async () => {
  const id = await configure('acct_sealed')
  await bench.call(`/payments/processors/${id}/webhook_secret`, {
    merchant: 'acct_sealed',
    mode: 'live',
    body: { webhook_secret: 'whsec_of_acct_sealed' },
  })
  const webhook = async () => {
    const [found] = await bench.database.db.sql<Webhook>`
      select * from payments.processor_webhooks where processor = ${id}`
    if (found === undefined) throw new Error('it is gone')
    return found
  }
  const row = async () => {
    const [processor] = await bench.database.db.sql<ConfiguredProcessor>`
      select * from payments.processors where id = ${id}`
    if (processor === undefined) throw new Error('it is gone')
    return processor
  }
  const before = await row()
  expect(before.secret_key).not.toContain('sk_of')
  const old = testConfig.encryptionKeys
  if (old === undefined) throw new Error('there is no key')
  const stored = { ...newEncryptionKey(addMs(new Date(0), 60_000)) }
  const fresh = parseEncryptionKeys(JSON.stringify({ keys: [stored] }))
  const rotated = { current: fresh.current, previous: [old.current] }
  const { parts } = bench.another({ config: { ...testConfig, encryptionKeys: rotated } })
  const another = bench.another({ config: { ...testConfig, encryptionKeys: rotated } })
  await Promise.all([parts.resealing.round(), another.parts.resealing.round()])
  const after = await row()
  expect(isSealedUnderCurrent(fresh, after.secret_key)).toBe(true)
  expect(open(fresh, keyPlace(after), after.secret_key)).toBe('sk_live_of_acct_sealed')
  const told = await webhook()
  expect(open(fresh, secretPlace(told), told.secret)).toBe('whsec_of_acct_sealed')
  expect(() => open(fresh, keyPlace({ ...after, merchant: 'acct_other' }), after.secret_key)).toThrow('another place')
  await parts.resealing.round()
  expect((await row()).secret_key).toBe(after.secret_key)
})

describe('the key of a processor', () => {
  const verdicts = {
    sk_live_refused: 'refused',
    sk_live_narrow: 'not_permitted',
    sk_live_others: 'other_account',
    sk_live_untried: 'unknown',
  } as const
  const keyOf = async (id: string): Promise<string> => {
    const [row] = await bench.database.db.sql<ConfiguredProcessor>`select * from payments.processors where id = ${id}`
    if (row === undefined || testConfig.encryptionKeys === undefined) throw new Error('it is gone')
    return open(testConfig.encryptionKeys, keyPlace(row), row.secret_key)
  }

  for (const [secret_key, reason] of [
    ['sk_live_refused', 'the processor refuses it'],
    ['sk_live_narrow', 'does not let it read payment intents'],
    ['sk_test_of_somebody', 'live keys alone'],
  ] as const)
    test(`${secret_key} is refused when it is given, and nothing is kept`, async () => {
      const merchant = `acct_${secret_key}`
      const { call } = bench.another({
        processors: { test: bench.processor, live: scriptedProcessors(bench, {}, verdicts).live },
      })
      const body = { kind: 'stripe', secret_key, currencies: ['usd'] }
      const { status, body: answer } = await call('/payments/processors', { merchant, mode: 'live', body })
      expect([status, answer.error['param']]).toEqual([400, 'secret_key'])
      expect(answer.error['message']).toContain(reason)
      expect((await call('/payments/processors', { merchant, mode: 'live' })).body.data).toEqual([])
    })

  test('that cannot be tried is taken, and the log says so', async () => {
    const { live } = scriptedProcessors(bench, {}, verdicts)
    const { call } = bench.another({ processors: { test: bench.processor, live } })
    const body = { kind: 'stripe', secret_key: 'sk_live_untried', currencies: ['usd'] }
    expect((await call('/payments/processors', { merchant: 'acct_untried', mode: 'live', body })).status).toBe(201)
    expect(bench.logged.some((line) => line.includes('processor.key_not_checked'))).toBe(true)
  })

  test('is replaced by one of the same account, sealed, by whoever may; it is in no answer and no log', async () => {
    const merchant = 'acct_replacing'
    const id = await configure(merchant)
    const { live, keysAsked } = scriptedProcessors(bench, { [id]: 'succeeded' }, verdicts)
    const { call } = bench.another({ processors: { test: bench.processor, live } })
    const paid = await call('/v1/payment_intents', { merchant, mode: 'live', body: paying() })
    const replace = (secret_key: string, options: CallOptions = {}) =>
      call(`/payments/processors/${id}`, { merchant, mode: 'live', body: { secret_key }, ...options })

    const refused = await replace('sk_live_others')
    expect([refused.status, refused.body.error['param']]).toEqual([400, 'secret_key'])
    expect(keysAsked.at(-1)?.payment, 'it is asked for the newest payment').toBe(
      `theirs_${String(paid.body.latest_charge)}`,
    )
    for (const who of [{ merchant: 'acct_stranger' }, { mode: 'test' as const }])
      expect((await replace('sk_live_of_a_thief', who)).status).toBe(404)
    expect(await keyOf(id)).toBe('sk_live_of_acct_replacing')

    const replaced = await replace('sk_live_brand_new', { key: 'replace-1' })
    expect([replaced.status, replaced.body.id]).toEqual([200, id])
    expect(await keyOf(id)).toBe('sk_live_brand_new')
    await replace('sk_live_newer_still')
    expect((await replace('sk_live_brand_new', { key: 'replace-1' })).text, 'a repeat changes nothing').toBe(
      replaced.text,
    )
    expect(await keyOf(id)).toBe('sk_live_newer_still')
    const [row] = await bench.database.db.sql<{
      secret_key: string
    }>`select secret_key from payments.processors where id = ${id}`
    const told = [replaced.text, ...bench.logged, JSON.stringify(row)].join('\n')
    expect(told).not.toContain('sk_live_brand_new')
    expect(
      bench.logged.filter((line) => line.includes('processor.key_replaced') && line.includes('key_1')),
    ).toHaveLength(2)
  })
})

test('without encryption keys no processor can be configured, and live mode has none', async () => {
  const { call } = bench.another({ config: { ...testConfig, encryptionKeys: undefined } })
  const body = { kind: 'stripe', secret_key: 'sk_live_of_nobody', currencies: ['usd'] }
  const refused = await call('/payments/processors', { mode: 'live', body })
  expect([refused.status, refused.body.error['code']]).toEqual([400, 'encryption_not_configured'])
})

test('at Stripe itself a key of test mode moves no live money', async () => {
  const body = { kind: 'stripe', secret_key: 'sk_test_of_somebody', currencies: ['usd'] }
  const { status, body: answer } = await bench.call('/payments/processors', { merchant: 'acct_m', mode: 'live', body })
  expect([status, answer.error['param']]).toEqual([400, 'secret_key'])
})
