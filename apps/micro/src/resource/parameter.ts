import { readDuration } from '../shell/duration.ts'
import { Option, InvalidArgumentError } from 'commander'
import { readMetadata } from '../ledger/options.ts'
import { readFrom, readTo } from '../ledger/times.ts'
import type { Pair } from '../rest/pairs.ts'
import { collect } from '../shell/collect.ts'

/** What JSON Schema tells of a parameter, as far as a flag can say it. */
interface Schema {
  readonly type?: string
  readonly const?: unknown
  readonly anyOf?: readonly Schema[]
  readonly not?: unknown
  readonly properties?: object
  readonly patternProperties?: object
  readonly items?: Schema
  readonly description?: string
}

/** A parameter of an operation as a flag: how it is typed, and what it sends. */
export interface Parameter {
  readonly option: Option
  /** The pairs for a value that was given. */
  pairs(value: unknown): Pair[]
}

const choicesOf = ({ anyOf = [], ...own }: Schema): string[] => {
  const values = [own, ...anyOf].map((each) => each.const)
  return values.filter((value): value is string => typeof value === 'string' && value !== '')
}

/** What is left of a value that may also be taken away: `''` and null. */
const plainOf = (schema: Schema): Schema => {
  const kinds = (schema.anyOf ?? []).filter(({ type, const: value }) => value !== '' && type !== 'null')
  return kinds.length === 1 ? { ...kinds[0], ...(schema.description === undefined ? {} : schema) } : schema
}

const readWhole = (text: string): string => {
  if (!/^-?\d{1,18}$/.test(text)) throw new InvalidArgumentError('It must be a whole number such as 2000.')
  return text
}

const flagOf = (name: string): string => `--${name.replaceAll('_', '-')}`

const words: Readonly<Record<string, string>> = {
  amount: 'in minor units, such as 2000 for 20.00 usd',
  amount_to_capture: 'so much of it, in minor units; all unless given',
  currency: 'such as usd',
  customer: 'id of a customer',
  description: 'for your own use',
  payment_method: 'id of a payment method, such as pm_card_visa in test mode',
  payment_intent: 'id of a payment',
  charge: 'id of a charge',
  return_url: 'where a payer goes back to after authentication',
  receipt_email: 'where a receipt goes',
  off_session: 'the payer is not there',
  confirm: 'confirm it at once',
  capture_method: 'when money is taken',
  reason: 'why',
  cancellation_reason: 'why',
  query: 'what to look for, such as email:"jenny@example.com"',
}

/** Whether a flag can say it: no objects, nothing that is refused. */
const isSayable = (name: string, { not, properties, patternProperties, type, items, anyOf = [] }: Schema): boolean =>
  not === undefined &&
  properties === undefined &&
  anyOf.every((each) => each.properties === undefined) &&
  (patternProperties === undefined || name === 'metadata') &&
  (type !== 'array' || items?.type === 'string')

/**
 * The flag for a parameter, from its schema; undefined for what only `-d name[member]=value` can say, as objects, and for
 * what Micro refuses.
 */
export const parameterOf = (name: string, full: Schema, required: boolean): Parameter | undefined => {
  const schema = plainOf(full)
  if (!isSayable(name, schema)) return undefined
  const plain = words[name] ?? schema.description ?? name.replaceAll('_', ' ')
  // Not left to the parser: `-d` may say it, too.
  const text = required ? `${plain} (required)` : plain
  const flag = flagOf(name)
  const one = (value: unknown): Pair[] => [[name, String(value)]]
  const choices = choicesOf(schema)
  if (schema.patternProperties !== undefined)
    return {
      option: new Option(`${flag} <key=value>`, 'to find it again by; as often as you like').argParser(readMetadata),
      pairs: (value) => Object.entries(value as object).map(([key, each]): Pair => [`${name}[${key}]`, String(each)]),
    }
  if (schema.type === 'array')
    return {
      option: new Option(`${flag} <text>`, `${text}; as often as you like`).argParser(collect),
      pairs: (value) => (value as string[]).map((each): Pair => [`${name}[]`, each]),
    }
  if (schema.type === 'boolean' || (schema.anyOf ?? []).some(({ type }) => type === 'boolean'))
    return { option: new Option(flag, text), pairs: one }
  if (choices.length > 0) return { option: new Option(`${flag} <choice>`, text).choices(choices), pairs: one }
  if (schema.type === 'integer') return { option: new Option(`${flag} <n>`, text).argParser(readWhole), pairs: one }
  return { option: new Option(`${flag} <text>`, text), pairs: one }
}

/** The flags that stand for a list's `created`. */
export const timeParameters = (): Parameter[] => [
  {
    option: new Option('--from <time>', 'only what was made then or later').argParser(readFrom),
    pairs: (value) => [['created[gte]', String(value)]],
  },
  {
    option: new Option('--to <time>', 'only what was made by then').argParser(readTo),
    pairs: (value) => [['created[lte]', String(value)]],
  },
]

/** A flag for a length of time, sent in seconds. */
export const durationParameter = (
  name: string,
  { flag, text, max }: { flag: string; text: string; max: number },
): Parameter => ({
  option: new Option(`${flag} <time>`, text).argParser(readDuration(max)),
  pairs: (value) => [[name, String(value)]],
})
