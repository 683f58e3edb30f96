import { nestedOf, type Pair } from './pairs.ts'

interface Schema {
  readonly type?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly items?: Schema
  readonly anyOf?: readonly Schema[]
}

const typesOf = ({ type, anyOf }: Schema): (string | undefined)[] => [type, ...(anyOf ?? []).flatMap(typesOf)]

const typedText = (text: string, schema: Schema): unknown => {
  const types = typesOf(schema)
  if (types.includes('boolean') && (text === 'true' || text === 'false')) return text === 'true'
  // What is no exact whole number stays a text, for the server to judge.
  const isNumeric = types.includes('integer') || types.includes('number')
  return isNumeric && /^-?\d+$/.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : text
}

const memberOf = ({ properties, anyOf = [] }: Schema, name: string): Schema | undefined =>
  properties?.[name] ?? anyOf.map((each) => memberOf(each, name)).find((each) => each !== undefined)

const typed = (value: unknown, schema: Schema = {}): unknown => {
  if (typeof value === 'string') return typedText(value, schema)
  if (Array.isArray(value)) return value.map((each) => typed(each, schema.items))
  return Object.fromEntries(
    Object.entries(value as object).map(([key, each]) => [key, typed(each, memberOf(schema, key))]),
  )
}

/** A body as JSON, for the paths that take no forms: texts become numbers and booleans where the contract has these. */
export const jsonBody = (pairs: readonly Pair[], schema: object | undefined): string =>
  JSON.stringify(typed(nestedOf(pairs), schema))
