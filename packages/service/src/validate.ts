import { longListMark, unsupportedMark } from '@micro/contracts'
import { Fault } from '@micro/kernel'
import { Ajv, type ErrorObject, type Options, type ValidateFunction } from 'ajv'
import type { TSchema } from 'typebox'
import { redactText } from './log.ts'
import { onDemand } from './on-demand.ts'

const options: Options = { allErrors: false, removeAdditional: false, useDefaults: true, strict: false, verbose: true }
const strictAjv = new Ajv(options)
const coercingAjv = new Ajv({ ...options, coerceTypes: 'array' })

const shownCharsMax = 60
const nameCharsMax = 200
/** Of a value only its beginning is shown; this much is read, so that a secret that is cut short is still recognised. */
const readCharsMax = 1_000

/** A parameter's name as it may be repeated back: callers choose it, and may choose a megabyte or a secret. */
export const shownName = (name: string): string => {
  const text = redactText(name.slice(0, readCharsMax))
  return text.length > nameCharsMax ? `${text.slice(0, nameCharsMax - 3)}...` : text
}

/** `/entries/0/amount` → `entries[0][amount]`, the way Stripe names parameters. */
export const paramName = (path: string, last?: string): string => {
  const names = path
    .split('/')
    .slice(1)
    .map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'))
  if (last !== undefined) names.push(last)
  return shownName(names.map((name, at) => (at === 0 ? name : `[${name}]`)).join(''))
}

// Objects and lists are named, not written out: they may be nested deeper than the stack, and hold anything.
const textOf = (value: unknown): string => {
  if (typeof value === 'string') return `'${value.slice(0, readCharsMax)}'`
  if (Array.isArray(value)) return 'a list'
  return value !== null && typeof value === 'object' ? 'an object' : String(value)
}

const show = (value: unknown): string => {
  // A card number sent to the wrong place is not repeated back.
  const text = redactText(textOf(value))
  return text.length > shownCharsMax ? `${text.slice(0, shownCharsMax - 3)}...` : text
}

const allowedValues = (schema: { anyOf?: readonly { const?: unknown }[] }): string | undefined => {
  const values = schema.anyOf?.map((each) => each.const)
  return values?.every((value) => value !== undefined) === true ? values.map(show).join(', ') : undefined
}

const reasonFor = ({ keyword, parentSchema, params, message, data }: ErrorObject): string => {
  const expected = (parentSchema as { 'x-expected'?: string } | undefined)?.['x-expected']
  if (expected !== undefined) return `must be ${expected}, got ${show(data)}`
  const allowed = allowedValues((parentSchema ?? {}) as { anyOf?: readonly { const?: unknown }[] })
  if (allowed !== undefined) return `must be one of ${allowed}, got ${show(data)}`
  if (keyword === 'const')
    return `must be ${show((params as { allowedValue: unknown }).allowedValue)}, got ${show(data)}`
  if (keyword === 'type') return `${message ?? 'has the wrong type'}, got ${show(data)}`
  if (keyword === 'pattern') return `has a form that is not allowed here, got ${show(data)}`
  return message ?? 'is not valid'
}

// A failed union reports every branch; the union's own error, which comes last, is the one that names the choice.
const mostTelling = (errors: readonly ErrorObject[]): ErrorObject | undefined =>
  errors.findLast((error) => error.keyword === 'anyOf' && allowedOrExpected(error)) ?? errors[0]

const allowedOrExpected = ({ parentSchema }: ErrorObject): boolean => {
  const schema = (parentSchema ?? {}) as { 'x-expected'?: string; anyOf?: readonly { const?: unknown }[] }
  return schema['x-expected'] !== undefined || allowedValues(schema) !== undefined
}

const faultFor = (error: ErrorObject): Fault => {
  if (error.keyword === 'required') {
    return new Fault('parameter_missing', {
      param: paramName(error.instancePath, (error.params as { missingProperty: string }).missingProperty),
    })
  }
  if (error.keyword === 'additionalProperties') {
    const name = (error.params as { additionalProperty: string }).additionalProperty
    const unsupported = (error.parentSchema as { [unsupportedMark]?: readonly string[] } | undefined)?.[unsupportedMark]
    return new Fault(unsupported?.includes(name) === true ? 'parameter_unsupported' : 'parameter_unknown', {
      param: paramName(error.instancePath, name),
    })
  }
  const param = paramName(error.instancePath)
  if (param === '') return new Fault('body_invalid', { reason: reasonFor(error) })
  if (error.keyword === 'type' && (error.params as { type: unknown }).type === 'integer') {
    return new Fault('parameter_invalid_integer', {
      param,
      reason: `must be a whole number, without quotes, fraction or exponent, got ${show(error.data)}`,
    })
  }
  if (error.keyword === 'minLength' && error.data === '') return new Fault('parameter_invalid_empty', { param })
  return new Fault('parameter_invalid', { param, reason: reasonFor(error) })
}

type Leaf = readonly [holder: Record<string, unknown>, name: string, text: string, path: string]

/** Every text inside the value, with the place that holds it. */
const textLeaves = (value: unknown, path = ''): Leaf[] =>
  value === null || typeof value !== 'object'
    ? []
    : Object.entries(value).flatMap(([name, member]) =>
        typeof member === 'string'
          ? [[value as Record<string, unknown>, name, member, `${path}/${name}`] as const]
          : textLeaves(member, `${path}/${name}`),
      )

// The coercion reads text as JavaScript does: 1e3, 10.0, 0x10, 2^53 + 1 and 400 nines would all pass as some integer.
const refuseLooseIntegers = (leaves: readonly Leaf[]): void => {
  for (const [holder, name, text, path] of leaves) {
    const now = holder[name]
    if (typeof now !== 'number' || String(now) === text) continue
    if (Number.isFinite(now) && !Number.isInteger(now)) continue
    throw new Fault('parameter_invalid_integer', {
      param: paramName(path),
      reason: `must be a whole number without fraction or exponent, got ${show(text)}`,
    })
  }
}

/** Checks a value, filling defaults in place. `coerce` lets text become the number or boolean the schema asks for. */
export interface Validate {
  (value: unknown, coerce: boolean): void
}

/** The items of a long list are left to the handler, and to be found wrong one by one. */
const withoutLongLists = (_key: string, value: unknown): unknown =>
  value !== null && typeof value === 'object' && longListMark in value ? { ...value, items: {} } : value

const plainOf = (schema: TSchema): object => JSON.parse(JSON.stringify(schema), withoutLongLists) as object

const compiled = new WeakMap<TSchema, Validate>()

/**
 * The check of a schema, which throws the Fault that names the first wrong parameter. Compiled when a value first asks
 * for it, and once however many services are made of a contract: all of a contract at once takes a second.
 */
export const compileValidator = (schema: TSchema): Validate => {
  const known = compiled.get(schema)
  if (known !== undefined) return known
  const compile = (ajv: Ajv) => onDemand((): ValidateFunction => ajv.compile(plainOf(schema)))
  const strict = compile(strictAjv)
  const coercing = compile(coercingAjv)
  const check: Validate = (value, coerce) => {
    const validate = coerce ? coercing() : strict()
    const leaves = coerce ? textLeaves(value) : []
    if (validate(value)) return refuseLooseIntegers(leaves)
    const error = mostTelling(validate.errors ?? [])
    throw error === undefined ? new Fault('body_invalid', { reason: 'it does not fit the schema' }) : faultFor(error)
  }
  compiled.set(schema, check)
  return check
}
