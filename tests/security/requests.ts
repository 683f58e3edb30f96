import { caller, type Answer, type Caller, type Merchant } from '../e2e/api.ts'
import { encodeForm, samplesOf, type PublicOperation } from './contracts.ts'

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

/** One request in which all is valid but what is given. */
export const send = (
  { route, path }: PublicOperation,
  given: readonly Given[],
  call: Caller,
  { asForm = false, ...options }: { asForm?: boolean; headers?: Record<string, string>; key?: string } = {},
): Promise<Answer> => {
  const valuesOf = (part: Part): Record<string, unknown> => ({
    ...(part === 'query' ? {} : samplesOf(route[part])),
    ...Object.fromEntries(given.filter((each) => each.part === part).map(({ name, value }) => [name, value])),
  })
  const { id = '' } = valuesOf('params')
  const segment = encodeURIComponent((typeof id === 'string' ? id : JSON.stringify(id)).toWellFormed())
  const query = encodeForm(valuesOf('query'))
  const target = path.replace(':id', () => segment || '%20') + (query === '' ? '' : `?${query}`)
  if (route.method !== 'POST') return call(route.method, target, options)
  const body = valuesOf('body')
  return call('POST', target, { ...options, ...(asForm ? { form: encodeForm(body) } : { body }) })
}
