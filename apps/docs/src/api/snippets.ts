/** A request as one types it: for curl, and for the official SDK where that has a method for it. */
import type { Route } from './document.ts'
import type { Example } from './examples.ts'

const credentials: Readonly<Record<string, string>> = {
  apiKey: '$KEY',
  session: '$TOKEN',
  publishableKey: '$PUBLISHABLE_KEY',
}

const quoted = (text: string): string =>
  /^[\w./:@-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`

/** As forms have it: `metadata[order]=42`. */
const formFields = (value: unknown, name = ''): string[] => {
  if (value === null || typeof value !== 'object') return [`${name}=${String(value)}`]
  return Object.entries(value).flatMap(([key, member]) => formFields(member, name === '' ? key : `${name}[${key}]`))
}

const bodyLines = ({ path, body }: Example): string[] => {
  if (body === undefined || Object.keys(body).length === 0) return []
  // Stripe's own surface is written as its documentation writes it.
  if (path.startsWith('/v1/')) return formFields(body).map((field) => `-d ${quoted(field)}`)
  return [`-d ${quoted(JSON.stringify(body, undefined, 2))}`]
}

/** As it is typed in a shell. */
export const curlOf = (route: Route, example: Example): string => {
  const [path = '', query] = example.path.split('?')
  const way = route.security.map((scheme) => Object.keys(scheme)[0] ?? '').find((name) => name in credentials)
  const takesKey = route.parameters.some(({ name }) => name === 'Idempotency-Key')
  const lines = [
    `curl ${route.method === 'GET' || (route.method === 'POST' && example.body) ? '' : `-X ${route.method} `}http://localhost:8080${path}`,
    ...(way === undefined ? [] : [`-H "Authorization: Bearer ${credentials[way]}"`]),
    ...(takesKey ? ['-H "Idempotency-Key: order-42"'] : []),
    ...(query === undefined ? [] : ['-G', ...query.split('&').map((each) => `--data-urlencode ${quoted(each)}`)]),
    ...bodyLines(example),
  ]
  return lines.join(' \\\n  ')
}

/** What the SDK has no method for, or calls otherwise than its path. */
const renamed: Readonly<Record<string, string | undefined>> = {
  retrieveCurrentAccount: 'accounts.retrieveCurrent',
  retrieveBalance: 'balance.retrieve',
  retrievePaymentPage: undefined,
  confirmPaymentPage: undefined,
  listChargeRefunds: undefined,
  retrieveMerchantClock: undefined,
  advanceMerchantClock: undefined,
  plantSettlementFault: undefined,
  rotateWebhookSecret: undefined,
  testWebhookEndpoint: undefined,
  retryEvent: undefined,
  retrieveWebhookFigures: undefined,
  streamEvents: undefined,
}

const camel = (words: string): string => words.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())

const ofAll: Readonly<Record<string, string>> = { GET: 'list', POST: 'create', DELETE: 'del' }
const ofOne: Readonly<Record<string, string>> = { GET: 'retrieve', POST: 'update', DELETE: 'del' }

/** The method of the SDK, as `paymentIntents.capture`; undefined where it has none. */
export const methodOf = ({ operationId, method, path }: Route): string | undefined => {
  if (operationId in renamed) return renamed[operationId]
  if (!path.startsWith('/v1/')) return undefined
  const words = path.split('/').slice(2)
  const id = words.findIndex((word) => word.startsWith('{'))
  if (id === -1) {
    const isSearch = words.at(-1) === 'search'
    return [...(isSearch ? words.slice(0, -1) : words).map(camel), isSearch ? 'search' : ofAll[method]].join('.')
  }
  const resource = words.slice(0, id).map(camel).join('.')
  const [part, inner] = words.slice(id + 1)
  if (part === undefined) return `${resource}.${ofOne[method]}`
  if (inner !== undefined) return `${resource}.${camel(`retrieve_${part}`).replace(/s$/, '')}`
  return `${resource}.${method === 'POST' ? camel(part) : camel(`list_${part}`)}`
}

/** So much of an object stands on one line beside the code. */
const lineCharsMax = 44

/** As an object is written in a program: names without quotes, text in single ones. */
const literal = (value: unknown, indent = ''): string => {
  if (typeof value === 'string') return `'${value.replaceAll("'", String.raw`\'`)}'`
  if (value === null || typeof value !== 'object') return String(value)
  if (Array.isArray(value)) return `[${value.map((each) => literal(each, indent)).join(', ')}]`
  const members = Object.entries(value).map(([name, each]) => `${name}: ${literal(each, `${indent}  `)}`)
  const line = `{ ${members.join(', ')} }`
  return indent.length + line.length <= lineCharsMax
    ? line
    : `{\n${members.map((each) => `${indent}  ${each},\n`).join('')}${indent}}`
}

/** With the package `stripe`; undefined where that has no method for it. */
export const nodeOf = (route: Route, { path, body }: Example): string | undefined => {
  const method = methodOf(route)
  if (method === undefined) return undefined
  const [address = '', query] = path.split('?')
  const asked = address.split('/')
  const ids = route.path.split('/').flatMap((word, at) => (word.startsWith('{') ? [literal(asked[at])] : []))
  const given = query === undefined ? body : queryOf(query)
  const sent = given === undefined || Object.keys(given).length === 0 ? [] : [literal(given)]
  const line = `await stripe.${method}(${[...ids, ...sent].join(', ')})`
  if (line.length <= lineCharsMax || ids.length + sent.length < 2) return line
  const inner = [...ids, ...(given === undefined ? [] : [literal(given, '  ')])]
  return `await stripe.${method}(\n${inner.map((each) => `  ${each},\n`).join('')})`
}

const queryOf = (query: string): Record<string, unknown> =>
  Object.fromEntries(
    query.split('&').map((each) => {
      const [name = '', ...value] = each.split('=')
      const text = value.join('=')
      return [name, /^\d+$/.test(text) ? Number(text) : text]
    }),
  )
