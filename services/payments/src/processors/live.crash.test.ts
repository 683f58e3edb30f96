import { afterAll, beforeAll, expect, test } from 'vitest'
import { dieAtEach, mortalProcess } from '../mortal.fixture.ts'
import { createBench, patientConfig, type Bench } from '../payments.fixture.ts'
import { scriptedProcessors } from './live.fixture.ts'

let bench: Bench
beforeAll(async () => {
  bench = await createBench({ config: patientConfig })
})
afterAll(() => bench[Symbol.asyncDispose]())

const configure = async (merchant: string, priority: number): Promise<string> => {
  const body = { kind: 'stripe', secret_key: `sk_live_of_${merchant}`, currencies: ['usd'], priority }
  return (await bench.call('/payments/processors', { merchant, mode: 'live', body })).body.id
}

let deeds = 0
for (const [when, order] of [
  ['before', 'completer first'],
  ['before', 'retry first'],
  ['after', 'completer first'],
  ['after', 'retry first'],
] as const)
  test(
    `a process that dies ${when} any of its effects while one processor declines softly and the next is asked: with the ${order}, one charge is made`,
    { timeout: 180_000 },
    async () => {
      const merchant = `acct_${when}${order.slice(0, 5).trim()}`
      const [first, second] = [await configure(merchant, 1), await configure(merchant, 2)]
      const { live, charged } = scriptedProcessors(bench, { [first]: 'soft', [second]: 'succeeded' })
      const { life, call } = mortalProcess(bench, live)
      const survivor = bench.another({ processors: { test: bench.processor, live } })
      await dieAtEach(life, when, {
        effectsMin: 15,
        prepare: () => {
          const deed = ++deeds
          const method = `pm_theirs${when}${deed}`
          const body = { amount: 900, currency: 'usd', payment_method: method, confirm: true }
          return Promise.resolve({ merchant, mode: 'live' as const, key: `${when} ${order} ${deed}`, body })
        },
        do: (asked) => call('/v1/payment_intents', asked),
        async check(asked, where) {
          bench.clock.advance(16_000)
          if (order === 'completer first') await survivor.parts.completer.round()
          const answer = await survivor.call('/v1/payment_intents', asked)
          await survivor.parts.completer.round()
          bench.clock.advance(16_000)
          await survivor.parts.movements.round()
          expect([answer.status, answer.body.status], `${where}: ${answer.text}`).toEqual([200, 'succeeded'])
          const charges = await bench.chargesOf(answer.body.id)
          // Both are of one moment, so only what they say tells them apart.
          const attempts = charges.map(({ processor, status }) => `${String(processor)} ${String(status)}`)
          expect(attempts.toSorted(), where).toEqual([`${first} failed`, `${second} succeeded`].toSorted())
          const taken = charges.filter(({ id }) => charged.get(String(id))?.kind === 'succeeded')
          expect(taken, where).toHaveLength(1)
          const told = (await bench.events(answer.body.id)).map(({ type }) => type)
          expect(told, where).toEqual([
            'payment_intent.created',
            'charge.failed',
            'charge.succeeded',
            'payment_intent.succeeded',
          ])
          expect((await bench.movementOf(answer.body.id))?.['posting'], where).toBe('done')
          expect((await survivor.call('/v1/payment_intents', asked)).text, where).toBe(answer.text)
        },
      })
    },
  )
