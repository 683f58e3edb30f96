import { redisAvailable } from '@micro/testing'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { caller, newMerchant, pay, type Answer, type Merchant } from '../e2e/api.ts'
import { noAmounts, noEntryAmounts, noJson } from './amounts.ts'
import { publicOperations, type PublicOperation } from './contracts.ts'
import { hostileValues } from './hostile-values.ts'
import { atOnce, callerFor, parametersOf, send, type Given } from './requests.ts'
import { inFiveProcesses, inOneProcess, type World } from './worlds.ts'

/** Requests with several wrong parameters, beyond each wrong value of each parameter alone. */
const rounds = Number(process.env['MICRO_FUZZ_ROUNDS'] ?? 300)
const seed = Number(process.env['MICRO_FUZZ_SEED'] ?? 20_260_101)
/**
 * Every operation meets every value, and each of its parameters, unless it has fewer than so many, one in so many of them;
 * the seed says which. `make soak` gives every value to every parameter.
 */
const slices = Number(process.env['MICRO_FUZZ_SLICES'] ?? 4)

const sliceOf = (values: readonly unknown[], place: number, parameters: number): readonly unknown[] =>
  values.filter((_, at) => (at + place + seed) % Math.min(slices, parameters) === 0)

interface Callers {
  readonly owner: Merchant
  readonly victim: Merchant
}

// Nothing of what is behind: no code, no query, no address, no product that runs underneath.
const innards =
  /\bat .+:\d+:\d+|node_modules|\.ts\b|postgres|sqlstate|syntax error|relation "|column "|econn|stack|pg_|127\.0\.0\.1/i

const check = ({ status, body }: Answer): void => {
  const { error } = body
  if (status < 300) return expect(error).toBeUndefined()
  expect(status).toBeLessThan(500)
  expect([typeof error.type, typeof error.message]).toEqual(['string', 'string'])
  expect(error.message.length).toBeLessThan(1_500)
  // What the caller wrote may be repeated; what is looked for must not come from us.
  expect(error.message.replaceAll(/'[^]*'/g, '')).not.toMatch(innards)
}

const show = (operation: PublicOperation, wrongs: readonly Given[], answer: Answer): string =>
  `${operation.route.method} ${operation.path} ${JSON.stringify(wrongs).slice(0, 400)} → ${answer.status} ${JSON.stringify(answer.body.error ?? {})}`

/** Says beside what fails which request it was; of the many that pass nothing is written. */
const told = (operation: PublicOperation, wrongs: readonly Given[], answer: Answer, judge: () => void): void => {
  try {
    judge()
  } catch (error) {
    throw new Error(show(operation, wrongs, answer), { cause: error })
  }
}

const fuzz = (start: () => Promise<World>, { everyValue }: { everyValue: boolean }): void => {
  let world: World
  let callers: Callers
  beforeAll(async () => {
    world = await start()
    callers = { owner: await newMerchant(world.url), victim: await newMerchant(world.url) }
    await pay(callers.victim.test)
    for (const id of ['acc_fuzz_a', 'acc_fuzz_b'])
      await callers.owner.test('POST', '/ledger/accounts', { body: { id, name: id, type: 'asset' } })
  })
  afterAll(() => world?.stop())

  const operations = publicOperations.filter(({ name }) => name !== 'logOut')
  const values = everyValue ? hostileValues : hostileValues.filter((_, at) => at % 8 === 0)

  describe(`a wrong value of one parameter ends in no failure of ours, and the answer names the parameter (seed ${seed})`, () => {
    for (const operation of operations) {
      test(`${operation.route.method} ${operation.path} (${operation.name})`, async () => {
        const call = callerFor(operation, callers.owner, world.url)
        const parameters = parametersOf(operation)
        for (const [place, { part, name }] of parameters.entries()) {
          const given = [undefined, ...sliceOf(values, place, parameters.length)]
          await atOnce(given, async (value, at) => {
            const wrongs = [{ part, name, value }]
            const answer = await send(operation, wrongs, call, { asForm: at % 2 === 1 })
            const { code = '', param } = (answer.body.error ?? {}) as { code?: string; param?: string }
            told(operation, wrongs, answer, () => {
              check(answer)
              if (part !== 'params' && /^parameter_/.test(code)) expect(param?.split('[')[0]).toBe(name)
            })
          })
        }
      })
    }
  })

  test(
    `${rounds} requests with several wrong parameters end in no failure of ours (seed ${seed})`,
    { timeout: 1_800_000 },
    async () => {
      const wrongOf = (operation: PublicOperation) =>
        fc.record({
          parameter: fc.constantFrom(...parametersOf(operation)),
          value: fc.oneof(fc.constantFrom(...hostileValues), fc.anything(), fc.string({ unit: 'binary' })),
        })
      const requests = fc.constantFrom(...operations).chain((operation) =>
        fc.record({
          operation: fc.constant(operation),
          picked: fc.array(wrongOf(operation), { minLength: 1, maxLength: 4 }),
          asForm: fc.boolean(),
        }),
      )
      const property = fc.asyncProperty(requests, async ({ operation, picked, asForm }) => {
        const wrongs = picked.map(({ parameter, value }) => ({ ...parameter, value: plain(value) }))
        const answer = await send(operation, wrongs, callerFor(operation, callers.owner, world.url), { asForm })
        told(operation, wrongs, answer, () => check(answer))
      })
      await fc.assert(property, { numRuns: rounds, seed, endOnFailure: true })
    },
  )

  describe('an amount is judged by its text, and never rounded', () => {
    const raw = async (path: string, text: string): Promise<[number, string | undefined]> => {
      const { status, body } = await callers.owner.test('POST', path, {
        form: text,
        headers: { 'content-type': 'application/json' },
      })
      return [status, (body.error as { param?: string } | undefined)?.param]
    }
    const entries = (amount: string): string =>
      `{"reference_id":"amounts","entries":[{"account_id":"acc_fuzz_a","amount":${amount}},{"account_id":"acc_fuzz_b","amount":-1}]}`
    test('a payment takes none of them', async () => {
      for (const path of ['/v1/payment_intents', '/payments/payment_intents']) {
        for (const text of noAmounts)
          expect([text, ...(await raw(path, `{"amount":${text},"currency":"usd"}`))]).toEqual([text, 400, 'amount'])
        for (const text of noJson)
          expect([text, ...(await raw(path, `{"amount":${text},"currency":"usd"}`))]).toEqual([text, 400, undefined])
      }
    })
    test('nor does the ledger', async () => {
      for (const text of noEntryAmounts)
        expect([text, ...(await raw('/ledger/transactions', entries(text)))]).toEqual([text, 400, 'entries[0][amount]'])
      for (const text of noJson)
        expect([text, ...(await raw('/ledger/transactions', entries(text)))]).toEqual([text, 400, undefined])
    })
    test('a sum beyond the largest value is refused, not wrapped', async () => {
      const account = { type: 'asset', name: 'Vast' }
      for (const id of ['acc_vast_a', 'acc_vast_b'])
        await callers.owner.test('POST', '/ledger/accounts', { body: { ...account, id } })
      const digits = (length: number): string => '9'.repeat(length)
      for (const amount of [digits(31), digits(38), digits(39)]) {
        const body = {
          reference_id: `vast_${amount.length}`,
          entries: [
            { account_id: 'acc_vast_a', amount },
            { account_id: 'acc_vast_b', amount: `-${amount}` },
          ],
        }
        const refused = await callers.owner.test('POST', '/ledger/transactions', { body })
        expect([refused.status, refused.body.error.code]).toEqual([400, 'sum_out_of_range'])
      }
      expect((await callers.owner.test('GET', '/ledger/accounts/acc_vast_a')).body['balance_str']).toBe('0')
    })
  })

  test('afterwards nobody is the worse for it, and the log tells of no failure', async () => {
    const { victim } = callers
    expect((await victim.test('GET', '/v1/payment_intents')).body.data).toHaveLength(1)
    expect((await victim.test('GET', '/ledger/transactions')).body.data).toHaveLength(1)
    expect((await caller(world.url)('GET', '/health')).body.status).toBe('ok')
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
    const errors = (await world.logs()).split('\n').filter((line) => line.includes('"level":"error"'))
    // Those are of our making, who ask for many at once.
    const failures = errors.filter((line) => !line.includes('"fault":"ledger_busy"'))
    expect(failures.slice(0, 3)).toEqual([])
  })
}

/** As JSON can say it. */
const plain = (value: unknown): unknown => {
  try {
    return JSON.parse(
      JSON.stringify(value, (_, each: unknown) => (typeof each === 'bigint' ? String(each) : each)),
    ) as unknown
  } catch {
    return 'cyclic'
  }
}

describe('one process', () => fuzz(inOneProcess, { everyValue: true }))
describe.skipIf(!redisAvailable())('five processes', () => fuzz(inFiveProcesses, { everyValue: false }))
