/** From what was typed into the form of an operation to the request that it means. */
import type { Mode } from '@micro/contracts'
import { isOfCard, keyOf, nameOf, type Field, type Operation } from './operation.ts'

/** What was typed, by `keyOf` the field; what is missing or empty is left out of the request. */
export type Typed = Readonly<Record<string, string>>

/** A request, with its values as JSON has them. */
export interface Composed {
  /** With its parameters filled in. */
  readonly path: string
  readonly params: readonly string[]
  readonly query: Readonly<Record<string, unknown>>
  /** undefined: none is sent. */
  readonly body: Readonly<Record<string, unknown>> | undefined
  readonly headers: Readonly<Record<string, string>>
}

export interface Composition {
  /** What is sent: secrets are in it. */
  readonly composed: Composed
  /** The same for people to see and to copy: each secret has its `standIn` in its place. */
  readonly shown: Composed
  /** What is wrong with what was typed, by `keyOf` the field. */
  readonly wrong: Readonly<Record<string, string>>
}

const isExact = (text: string): boolean =>
  String(Number(text)) === text && Math.abs(Number(text)) <= Number.MAX_SAFE_INTEGER

/** Whether JSON has a number outside of texts that would not be the same once it was read. */
const roundedIn = (json: string): boolean => /\d{16}/.test(json.replace(/"(?:[^"\\]|\\.)*"/g, ''))

/** What a field's text means, or why it means nothing. */
export const valueOf = (
  { kind, choices }: Pick<Field, 'kind' | 'choices'>,
  text: string,
): { value: unknown } | { wrong: string } => {
  switch (kind) {
    case 'text':
    case 'secret':
      return { value: text }
    case 'choice':
      return { value: choices?.find((choice) => String(choice) === text) ?? text }
    case 'boolean':
      return { value: text === 'true' }
    case 'integer':
      return /^-?\d{1,15}$/.test(text) ? { value: Number(text) } : { wrong: 'A whole number, please.' }
    case 'number':
      // What a number would round stays the text that it is.
      if (!/^-?\d+(\.\d+)?$/.test(text)) return { wrong: 'A number, please.' }
      return { value: isExact(text) ? Number(text) : text }
    case 'json':
      if (roundedIn(text)) return { wrong: 'A number this large needs quotes, or it would be rounded.' }
      try {
        return { value: JSON.parse(text) as unknown }
      } catch {
        return { wrong: 'This is not JSON.' }
      }
  }
}

/** The same of all fields: what is needed must be there, and no part of a path may lead out of it. */
const readOf = (field: Field, text: string, mode: Mode): ReturnType<typeof valueOf> => {
  if (text === '') return { wrong: 'This is needed.' }
  if (mode === 'live' && isOfCard(field)) return { wrong: 'Cards are not typed here in live mode.' }
  if (field.in === 'path' && /^\.\.?$/.test(text)) return { wrong: 'This is no id.' }
  return valueOf(field, text)
}

/** With one more value, as deep as its path says. */
const put = (into: Record<string, unknown>, [first, ...rest]: readonly string[], value: unknown): void => {
  if (first === undefined) return
  if (rest.length === 0) into[first] = value
  else put((into[first] ??= {}) as Record<string, unknown>, rest, value)
}

/** Stands where something is still to be filled in: AMOUNT. */
const placeholder = (field: Field): string => field.path.join('_').toUpperCase()

/** Stands where a secret is not shown; of signs that stay the same in an address, in JSON and in a shell. */
const standIn = (field: Field): string => `__SECRET_${placeholder(field)}__`

/** What stands for a secret: captures the name of the variable that has it. */
export const standInPattern = /__SECRET_([A-Z][A-Z0-9_]*?)__/

type Given = readonly (readonly [field: Field, value: unknown])[]

const requestOf = (operation: Operation, given: Given): Composed => {
  const query: Record<string, unknown> = {}
  const body: Record<string, unknown> = {}
  const headers: Record<string, string> = {}
  const params: string[] = []
  for (const [field, value] of given) {
    if (field.in === 'path') params.push(String(value))
    else if (field.in === 'header') headers[nameOf(field)] = String(value)
    else put(field.in === 'query' ? query : body, field.path, value)
  }
  let at = 0
  const path = operation.path.replace(/\{\w+\}/g, () => encodeURIComponent((params[at++] ?? '').toWellFormed()))
  const takesBody = operation.body !== undefined && (Object.keys(body).length > 0 || operation.body === 'json')
  return { path, params, query, body: takesBody ? body : undefined, headers }
}

/**
 * The request that the form means now. Where something required is missing, its name in capitals stands for it. A secret
 * is taken as it is, with the blanks around it.
 */
export const compose = (
  operation: Operation,
  typed: Typed,
  { mode }: { mode: Mode } = { mode: 'test' },
): Composition => {
  const wrong: Record<string, string> = {}
  const given = operation.fields.flatMap((field) => {
    const raw = typed[keyOf(field)] ?? ''
    const text = field.kind === 'secret' ? raw : raw.trim()
    if (text === '' && !field.required) return []
    const read = readOf(field, text, mode)
    if ('wrong' in read) wrong[keyOf(field)] = read.wrong
    return [[field, 'value' in read ? read.value : placeholder(field)] as const]
  })
  const seen = given.map(([field, value]) => [field, field.kind === 'secret' ? standIn(field) : value] as const)
  return { composed: requestOf(operation, given), shown: requestOf(operation, seen), wrong }
}

/** A value as forms write it, name by name: `metadata[order]`, `entries[0][amount]`. */
export const pairsOf = (values: Readonly<Record<string, unknown>>): (readonly [name: string, text: string])[] => {
  const within = (name: string, value: unknown): (readonly [string, string])[] => {
    if (value === null || value === undefined) return [[name, '']]
    if (typeof value !== 'object') return [[name, String(value as string | number | boolean).toWellFormed()]]
    return Object.entries(value).flatMap(([member, each]) => within(`${name}[${member.toWellFormed()}]`, each))
  }
  return Object.entries(values).flatMap(([name, value]) => within(name, value))
}

/** The path with its query. */
export const addressOf = ({ path, query }: Composed): string => {
  const text = new URLSearchParams(pairsOf(query).map(([name, value]) => [name, value])).toString()
  return text === '' ? path : `${path}?${text}`
}
