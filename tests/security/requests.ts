import { eventually } from '@micro/testing'
import { caller, type Answer, type Caller, type Merchant } from '../e2e/api.ts'
import { encodeForm, neededOf, samplesOf, type PublicOperation } from './contracts.ts'

export type Part = 'params' | 'query' | 'body'

/** A parameter that is to have this value; undefined leaves it out. */
export interface Given {
  readonly part: Part
  readonly name: string
  readonly value: unknown
}

/** What an operation takes, and one parameter that it does not know. */
export const parametersOf = ({ route }: PublicOperation): Omit<Given, 'value'>[] =>
  (['params', 'query', 'body'] as const).flatMap((part) => [
    ...Object.keys(samplesOf(route[part])).map((name) => ({ part, name })),
    ...(part === 'params' ? [] : [{ part, name: 'surprise' }]),
  ])

/** Calls with the credential that an operation asks for. */
export const callerFor = ({ route }: PublicOperation, merchant: Merchant, url: string): Caller => {
  if (route.access.includes('secret_key')) return merchant.test
  return route.access.some((each) => each === 'session' || each === 'operator') ? merchant.session : caller(url)
}

const atOnceMax = 24

/** Tries each, many at once: together they cost both sides a quarter of what they cost one after the other. */
export const atOnce = async <T>(
  tried: readonly T[],
  attempt: (each: T, at: number) => Promise<void>,
): Promise<void> => {
  for (let from = 0; from < tried.length; from += atOnceMax)
    await Promise.all(tried.slice(from, from + atOnceMax).map((each, at) => attempt(each, from + at)))
}

/** Some work, as that of a whole book, is done for a few at a time, and more are told to come again. */
const untilServed = async (ask: () => Promise<Answer>): Promise<Answer> => {
  const isBusy = ({ body }: Answer): boolean => ['ledger_busy', 'figures_busy'].includes(body.error?.code ?? '')
  const first = await ask()
  if (!isBusy(first)) return first
  return eventually(async () => {
    const again = await ask()
    if (isBusy(again)) throw new Error('it is busy still')
    return again
  })
}

/** One request in which all is valid but what is given. */
export const send = (
  { route, path }: PublicOperation,
  given: readonly Given[],
  call: Caller,
  { asForm = false, ...options }: { asForm?: boolean; headers?: Record<string, string>; key?: string } = {},
): Promise<Answer> => {
  const valuesOf = (part: Part): Record<string, unknown> => ({
    ...(part === 'query' ? neededOf(route.query) : samplesOf(route[part])),
    ...Object.fromEntries(given.filter((each) => each.part === part).map(({ name, value }) => [name, value])),
  })
  const named = valuesOf('params')
  const segmentOf = (value: unknown = ''): string =>
    encodeURIComponent((typeof value === 'string' ? value : JSON.stringify(value)).toWellFormed()) || '%20'
  const query = encodeForm(valuesOf('query'))
  const target =
    path.replaceAll(/:(\w+)/g, (_, name: string) => segmentOf(named[name])) + (query === '' ? '' : `?${query}`)
  const body = valuesOf('body')
  const sent = route.method !== 'POST' ? options : { ...options, ...(asForm ? { form: encodeForm(body) } : { body }) }
  return untilServed(() => call(route.method, target, sent))
}
