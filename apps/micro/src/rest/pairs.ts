import { InvalidArgumentError } from 'commander'

/** A parameter as a form has it: `metadata[order]` and its text. */
export type Pair = readonly [name: string, value: string]

const name = /^[^\s[\]=]+(\[[^[\]]*\])*$/

/** Reads `a[b]=c`. @throws InvalidArgumentError */
const readPair = (text: string): Pair => {
  const at = text.indexOf('=')
  const key = text.slice(0, at)
  if (at < 1 || !name.test(key)) throw new InvalidArgumentError('It must look like name=value or name[member]=value.')
  return [key, text.slice(at + 1)]
}

/** Collects pairs, given any number of times, in their order. @throws InvalidArgumentError */
export const collectPairs = (text: string, before: readonly Pair[] = []): Pair[] => [...before, readPair(text)]

/** As forms are sent: brackets stay readable, all else is escaped. */
export const formOf = (pairs: readonly Pair[]): string =>
  pairs
    .map(
      ([key, value]) =>
        `${encodeURIComponent(key).replace(/%5B/g, '[').replace(/%5D/g, ']')}=${encodeURIComponent(value)}`,
    )
    .join('&')

type Nested = { [member: string]: Nested | string }

const partsOf = (key: string): string[] => key.replaceAll(']', '').split('[')

const put = (target: Nested, [first = '', ...rest]: readonly string[], value: string): void => {
  const own = first === '' ? String(Object.keys(target).length) : first
  if (rest.length === 0) {
    target[own] = value
    return
  }
  const inner = target[own]
  const next: Nested = typeof inner === 'object' ? inner : Object.create(null)
  target[own] = next
  put(next, rest, value)
}

const isList = (keys: readonly string[]): boolean => keys.length > 0 && keys.every((key, at) => key === String(at))

const settled = (value: Nested | string): unknown => {
  if (typeof value === 'string') return value
  const entries = Object.entries(value)
  const inner = entries.map(([key, each]) => [key, settled(each)] as const)
  return isList(Object.keys(value)) ? inner.map(([, each]) => each) : Object.fromEntries(inner)
}

/** The same as JSON has it, every value a text: `entries[][amount]=1` is a list with an object. */
export const nestedOf = (pairs: readonly Pair[]): Record<string, unknown> => {
  const all: Nested = Object.create(null)
  for (const [key, value] of pairs) put(all, partsOf(key), value)
  return Object.fromEntries(Object.entries(all).map(([key, value]) => [key, settled(value)]))
}
