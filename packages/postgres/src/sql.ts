import { createHash } from 'node:crypto'
import type { QueryConfig } from 'pg'

/**
 * Tagged template: values become $n parameters, never text of the statement. Resolves with the rows. int8 and
 * integral numeric arrive as bigint (so does count(*)), timestamptz as Date. bigint values are sent as text, Dates
 * in ISO 8601, arrays as PostgreSQL arrays, plain objects as JSON; `undefined` is refused, say null.
 */
export interface Sql {
  <Row extends object = Record<string, unknown>>(strings: TemplateStringsArray, ...values: unknown[]): Promise<Row[]>
}

type Statement = { text: string; name: string }

// A call site always passes the same strings object, so the text is joined and hashed once per call site.
const statements = new WeakMap<TemplateStringsArray, Statement>()

const statementOf = (strings: TemplateStringsArray): Statement => {
  const known = statements.get(strings)
  if (known) return known
  const text = strings.reduce((joined, part, index) => (index === 0 ? part : `${joined}$${index}${part}`), '')
  const name = `micro_${createHash('sha256').update(text).digest('base64url').slice(0, 16)}`
  const statement = { text, name }
  statements.set(strings, statement)
  return statement
}

const quoted = (text: string): string => `"${/["\\]/.test(text) ? text.replaceAll(/["\\]/g, '\\$&') : text}"`

const elementOf = (value: unknown): string => {
  if (typeof value === 'bigint' || typeof value === 'number') return String(value)
  const encoded = encode(value)
  if (encoded === null) return 'NULL'
  // JSON has no control characters as they are: so what its own quotes escape is what an array's do, and done faster.
  if (typeof encoded === 'string') return typeof value === 'string' ? quoted(encoded) : JSON.stringify(encoded)
  return Buffer.isBuffer(encoded) ? `"\\\\x${encoded.toString('hex')}"` : String(encoded)
}

/** As PostgreSQL writes arrays. The driver would do the same, and first look at each element to see what it is. */
const arrayOf = (values: readonly unknown[]): string => {
  let text = '{'
  for (const [at, value] of values.entries()) {
    if (at > 0) text += ','
    text += Array.isArray(value) ? arrayOf(value) : elementOf(value)
  }
  return `${text}}`
}

/**
 * Turns a value into what the driver sends unchanged. Everything that can throw throws here, before a byte is
 * written: the driver leaves a named statement in a wrong state when it fails to encode a value.
 */
const encode = (value: unknown): string | boolean | Buffer | null => {
  if (value === undefined) throw new TypeError('a query parameter is undefined; send null when null is meant')
  if (value === null || typeof value === 'string' || typeof value === 'boolean' || Buffer.isBuffer(value)) return value
  if (typeof value === 'bigint' || typeof value === 'number') return String(value)
  if (value instanceof Date) return value.toISOString()
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength)
  if (Array.isArray(value)) return arrayOf(value)
  if (typeof value === 'object') return JSON.stringify(value)
  throw new TypeError(`a query parameter cannot be a ${typeof value}`)
}

/**
 * What the driver is given for one template. With `named` the statement is prepared once per connection; pgbouncer
 * in transaction mode needs it off.
 */
export const queryOf = (strings: TemplateStringsArray, values: unknown[], named: boolean): QueryConfig => {
  const { text, name } = statementOf(strings)
  const config: QueryConfig = { text, values: values.map(encode) }
  return named ? { ...config, name } : config
}
