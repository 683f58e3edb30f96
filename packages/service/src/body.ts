import { isUtf8 } from 'node:buffer'
import { Fault } from '@micro/kernel'
import qs from 'qs'
import secureJson from 'secure-json-parse'
import { shownName } from './validate.ts'

/** A decoded body. Form values are all text and may be coerced to what the schema asks; JSON values may not. */
export interface DecodedBody {
  readonly value: unknown
  readonly coerce: boolean
}

/** What a body may be, as a sentence names it. */
export const supportedTypes = 'application/json or application/x-www-form-urlencoded'

/** Largest body in bytes, but for its long list; an item of that is no larger either. */
export const bodyBytesMax = 1024 * 1024

const formOptions = {
  depth: 5,
  parameterLimit: 1000,
  arrayLimit: 100,
  // Names such as `constructor` are keys of metadata like any other; only __proto__ would be more than a member.
  allowPrototypes: true,
  plainObjects: false,
  strictDepth: true,
  throwOnLimitExceeded: true,
} as const

const tooMany = 'it holds more parameters than any request has'
const tooDeep = 'its parameters are nested too deeply'

/**
 * The parser would pass over a name that reaches for the prototype, and whoever sent it would think it was kept. Only of
 * text that was parsed: URLSearchParams takes minutes for a million parameters.
 */
const refusePrototype = (text: string): void => {
  if (!text.includes('%') && !text.includes('__proto__')) return
  const name = [...new URLSearchParams(text).keys()].find((key) => key.includes('__proto__'))
  if (name !== undefined) throw new Fault('parameter_unknown', { param: shownName(name) })
}

const parseForm = (text: string, refuse: (reason: string, cause: unknown) => Fault): Record<string, unknown> => {
  let value: Record<string, unknown>
  try {
    value = qs.parse(text, formOptions)
  } catch (cause) {
    throw refuse(cause instanceof RangeError && /limit/i.test(cause.message) ? tooMany : tooDeep, cause)
  }
  refusePrototype(text)
  return value
}

/**
 * Nested form encoding as Stripe's clients send it: `a[b]=c`, `a[0]=x`, `a[]=x`.
 * @throws Fault body_invalid, parameter_unknown
 */
const decodeForm = (text: string): Record<string, unknown> =>
  parseForm(text, (reason, cause) => new Fault('body_invalid', { reason }, { cause }))

/** A query in the same encoding. @throws Fault url_invalid, parameter_unknown */
export const decodeQuery = (text: string): Record<string, unknown> =>
  parseForm(text, (reason, cause) => new Fault('url_invalid', { reason }, { cause }))

// A number whose text is not a plain, exactly representable integer; only then is the slower parse needed.
const inexactNumber = /\d[.eE]|-0|\d{16}/
const exactInteger = /^(0|-?[1-9]\d*)$/

/**
 * JSON in which a number is judged by its text: what is no exact integer (1.5, 1e3, -0, 2^53 and up) comes out as that
 * text, so that a schema sees what the caller wrote and nothing is rounded on the way.
 */
const keepNumberText = (_key: string, value: unknown, context?: { source?: string }): unknown => {
  if (typeof value !== 'number') return value
  const source = context?.source ?? String(value)
  return exactInteger.test(source) && Number.isSafeInteger(value) ? value : source
}

/** The largest request there is has 1,000 ledger entries of three members. What comes after is slow in the number of values. */
const valuesMax = 20_000
const depthMax = 32

/** Whether a value has members, as objects and arrays do. */
export const isNode = (value: unknown): value is object => value !== null && typeof value === 'object'

// Level by level, since a recursion could be led deeper than the stack.
const checkShape = (root: unknown): void => {
  let level: unknown[] = [root]
  let values = 0
  for (let depth = 0; level.length > 0; depth++) {
    values += level.length
    if (values > valuesMax) throw new Fault('body_invalid', { reason: `it holds more than ${valuesMax} values` })
    if (depth > depthMax) throw new Fault('body_invalid', { reason: `it is nested more than ${depthMax} levels deep` })
    level = level.filter(isNode).flatMap((node) => Object.values(node) as unknown[])
  }
}

/** @throws Fault body_invalid */
export const decodeJson = (text: string): unknown => {
  try {
    const value = secureJson.parse(text, null, { protoAction: 'error', constructorAction: 'error' }) as unknown
    checkShape(value)
    return inexactNumber.test(text) ? (JSON.parse(text, keepNumberText) as unknown) : value
  } catch (cause) {
    if (cause instanceof Fault) throw cause
    throw new Fault('body_invalid', { reason: `it is not valid JSON (${(cause as Error).message})` }, { cause })
  }
}

export const mediaOf = (contentType: string | undefined): string =>
  contentType?.split(';', 1)[0]?.trim().toLowerCase() ?? ''

export const isJson = (media: string): boolean => media === 'application/json' || media.endsWith('+json')

/** @throws Fault body_invalid */
export const textOf = (bytes: Buffer): string => {
  if (!isUtf8(bytes)) throw new Fault('body_invalid', { reason: 'it is not valid UTF-8' })
  return bytes.toString('utf8')
}

/** `media`: what was given. `supported`: as a sentence names it. */
export const unsupported = (media: string, supported: string): Fault =>
  new Fault('content_type_unsupported', { given: `'${media.slice(0, 100)}'`, supported })

/**
 * Decodes by content type. curl's default form type with a JSON body is read as the JSON it is.
 * @throws Fault body_invalid, content_type_unsupported
 */
export const decodeBody = (bytes: Buffer, contentType: string | undefined): DecodedBody => {
  if (bytes.length === 0) return { value: {}, coerce: true }
  const text = textOf(bytes)
  const media = mediaOf(contentType)
  if (isJson(media)) return { value: decodeJson(text), coerce: false }
  if (media !== '' && media !== 'application/x-www-form-urlencoded') throw unsupported(media, supportedTypes)
  return /^\s*[{[]/.test(text) ? { value: decodeJson(text), coerce: false } : { value: decodeForm(text), coerce: true }
}
