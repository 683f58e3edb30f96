/** Reads stored secrets. What these functions throw names the wrong member and never holds its value. */
import { randomBytes } from 'node:crypto'
import { ringOf } from './ring.ts'

/** What is noted about any stored secret. */
export interface StoredNotes {
  /** When it was made, in Unix seconds; older installations do not know. */
  readonly created?: number
  /** Announced: accepted everywhere before it is put in front, so that processes started one by one never refuse each other. */
  readonly next?: true
}

/** 32 random bytes under an id, as they are stored: the bytes in base64url. */
export interface StoredKey extends StoredNotes {
  readonly id: string
  readonly secret: string
}

const keyBytes = 32
const key32 = /^[\w-]{43}$/ // 32 bytes in base64url
/** Of 32 random bytes fewer are distinct once in 10^20 keys. */
const distinctMin = 12

/** `pep_` and 12 hex digits: enough to tell the few secrets of one installation apart. */
export const newSecretId = (prefix: string): string => `${prefix}_${randomBytes(6).toString('hex')}`

export const newStoredKey = (prefix: string, created: number): StoredKey => ({
  id: newSecretId(prefix),
  secret: randomBytes(keyBytes).toString('base64url'),
  created,
})

/** @throws Error */
export const objectOf = (json: string): Readonly<Record<string, unknown>> => {
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch {
    // The parser's own message would quote the text.
    throw new Error('it is not valid JSON')
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) throw new Error('it is not an object')
  return value as Record<string, unknown>
}

/** @throws Error */
export const listOf = (value: unknown, name: string): readonly Readonly<Record<string, unknown>>[] => {
  if (!Array.isArray(value)) throw new Error(`${name} is not a list`)
  return value.map((each: unknown) => (each ?? {}) as Record<string, unknown>)
}

/** @throws Error */
export const textOf = (value: unknown, name: string): string => {
  if (typeof value !== 'string' || value === '') throw new Error(`${name} is missing or malformed`)
  return value
}

/** 32 bytes in base64url that someone drew at random: neither short nor typed by hand. @throws Error */
export const key32Of = (value: unknown, name: string): string => {
  const text = textOf(value, name)
  if (!key32.test(text)) throw new Error(`${name} is missing or malformed`)
  if (new Set(Buffer.from(text, 'base64url')).size < distinctMin) throw new Error(`${name} is not random`)
  return text
}

/** Reads what may be missing. @throws Error */
export const notesOf = ({ created, next }: Readonly<Record<string, unknown>>, name: string): StoredNotes => {
  if (created !== undefined && !Number.isSafeInteger(created)) throw new Error(`${name}[].created is malformed`)
  if (next !== undefined && next !== true) throw new Error(`${name}[].next is malformed`)
  return { ...(created === undefined ? {} : { created: Number(created) }), ...(next === undefined ? {} : { next }) }
}

/** @throws Error */
export const storedKeysOf = (value: unknown, name: string): readonly StoredKey[] =>
  listOf(value, name).map((each) => ({
    id: textOf(each['id'], `${name}[].id`),
    secret: key32Of(each['secret'], `${name}[].secret`),
    ...notesOf(each, name),
  }))

/** A list that makes a ring; what is only announced cannot be what is used. @throws Error */
export const checkRing = <T extends StoredNotes>(name: string, entries: readonly T[], idOf: (entry: T) => string) => {
  if (ringOf(name, entries, idOf).current.next === true)
    throw new Error(`${name} begins with one that is only announced`)
}
