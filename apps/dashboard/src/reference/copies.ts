/** A request, written for other programs. Pure: what they print is what one would send oneself. */
import type { Mode } from '@micro/contracts'
import { addressOf, pairsOf, standInPattern, type Composed } from './compose.ts'
import type { Operation } from './operation.ts'

/** Where the key is looked for: no key is ever written out. */
const keyVariable = 'MICRO_API_KEY'
const tokenVariable = 'MICRO_TOKEN'

const quoted = (text: string): string => (/^[\w./:=@%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`)

/** A word for a POSIX shell, in which each secret is looked for in a variable. */
export const shellWord = (text: string): string => {
  if (!standInPattern.test(text)) return quoted(text)
  // Every other part is the name of a variable.
  const parts = text.split(standInPattern).map((part, at) => (at % 2 === 1 ? `"$${part}"` : part && quoted(part)))
  return parts.join('')
}

const lines = (...words: readonly string[]): string => words.join(' \\\n  ')

/** Names of forms are only quoted where they must be, so that `metadata[order]` stays readable. */
const encodedName = (name: string): string => encodeURIComponent(name).replace(/%5B/g, '[').replace(/%5D/g, ']')

const formFlags = (body: Readonly<Record<string, unknown>>): string[] =>
  pairsOf(body).map(([name, text]) => {
    const pair = `${encodedName(name)}=${text}`
    // A value that says the same encoded goes as it is.
    const isPlain = encodeURIComponent(text) === text && !standInPattern.test(text)
    return `${isPlain ? '-d' : '--data-urlencode'} ${shellWord(pair)}`
  })

/** Over several lines, where one would be long. */
const jsonOf = (body: object): string => {
  const short = JSON.stringify(body)
  return short.length <= 80 ? short : JSON.stringify(body, null, 2)
}

const bodyFlags = ({ body: form }: Operation, { body }: Composed): string[] => {
  if (body === undefined) return []
  if (form === 'form') return formFlags(body)
  return [`-H 'Content-Type: application/json'`, `--data-raw ${shellWord(jsonOf(body))}`]
}

const credentialFlags = ({ credential }: Operation): string[] => {
  if (credential === 'none') return []
  return [`-H "Authorization: Bearer $${credential === 'key' ? keyVariable : tokenVariable}"`]
}

/** For a shell with curl. `origin`: where Micro answers, as `http://localhost:8080`. */
export const curlOf = (operation: Operation, composed: Composed, { origin }: { origin: string }): string => {
  const { method } = operation
  const body = bodyFlags(operation, composed)
  const isImplied = method === 'GET' || (method === 'POST' && body.length > 0)
  return lines(
    `curl ${isImplied ? '' : `-X ${method} `}${shellWord(`${origin}${addressOf(composed)}`)}`,
    ...credentialFlags(operation),
    ...Object.entries(composed.headers).map(([name, value]) => `-H ${shellWord(`${name}: ${value}`)}`),
    ...body,
  )
}

const jsText = (text: string): string => (/^[\w .,:/@+-]*$/.test(text) ? `'${text}'` : JSON.stringify(text))
const jsWord = (text: string): string => {
  const [all, name = ''] = standInPattern.exec(text) ?? []
  return all === text ? `process.env.${name}` : jsText(text)
}
const jsName = (name: string): string => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : jsText(name))

/** A value in JavaScript, over several lines where it is long. */
export const jsValue = (value: unknown, indent = ''): string => {
  if (typeof value === 'string') return jsWord(value)
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  const inner = `${indent}  `
  const list = Array.isArray(value)
  const parts = list
    ? value.map((each: unknown) => jsValue(each, inner))
    : Object.entries(value).map(([name, each]) => `${jsName(name)}: ${jsValue(each, inner)}`)
  if (parts.length === 0) return list ? '[]' : '{}'
  const short = parts.join(', ')
  if (short.length < 60 && !short.includes('\n')) return list ? `[${short}]` : `{ ${short} }`
  return `${list ? '[' : '{'}\n${parts.map((part) => `${inner}${part},\n`).join('')}${indent}${list ? ']' : '}'}`
}

const stripeHost = (origin: string): string => {
  const { protocol, hostname, port } = new URL(origin)
  const scheme = protocol.replace(':', '')
  return jsValue({ host: hostname, port: Number(port || (scheme === 'https' ? 443 : 80)), protocol: scheme })
}

/** For Node with the `stripe` package; undefined where that has no method for it. */
export const stripeNodeOf = (
  operation: Operation,
  { params, query, body = {}, headers }: Composed,
  { origin }: { origin: string },
): string | undefined => {
  if (operation.stripe === undefined) return undefined
  const sent = operation.method === 'POST' ? body : query
  const key = headers['Idempotency-Key']
  const options = key === undefined ? [] : [jsValue({ idempotencyKey: key })]
  const given = Object.keys(sent).length > 0 || options.length > 0 ? [jsValue(sent)] : []
  const call = [...params.map((each) => jsWord(each)), ...given, ...options].join(', ')
  return [
    `import Stripe from 'stripe'`,
    '',
    `const stripe = new Stripe(process.env.${keyVariable}, ${stripeHost(origin)})`,
    `const answer = await stripe.${operation.stripe}(${call})`,
    `console.log(answer)`,
    '',
  ].join('\n')
}

/** For the micro command line; undefined where a key does not suffice, since that is what it has. */
export const microOf = (operation: Operation, composed: Composed, { mode }: { mode: Mode }): string | undefined => {
  if (operation.credential !== 'key') return undefined
  const { body, query, headers } = composed
  const { method, body: form } = operation
  const key = headers['Idempotency-Key']
  const isJson = form === 'json' && body !== undefined && Object.keys(body).length > 0
  // What is posted is its body; the query stays with the path.
  const [path, sent] = method === 'POST' ? [addressOf(composed), isJson ? {} : (body ?? {})] : [composed.path, query]
  const command = lines(
    `micro ${method.toLowerCase()} ${shellWord(path)}`,
    ...pairsOf(sent).map(([name, text]) => `-d ${shellWord(`${name}=${text}`)}`),
    ...(isJson ? ['--body -'] : []),
    ...(key === undefined ? [] : [`--idempotency=${shellWord(key)}`]),
    ...(mode === 'live' ? ['--live'] : []),
  )
  return isJson ? `printf '%s' ${shellWord(jsonOf(body))} | ${command}` : command
}
