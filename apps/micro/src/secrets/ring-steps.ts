/** The life of a secret in its ring: announced, rotated to the front, dropped. Pure. */
import {
  newCheckpointKey,
  newEncryptionKey,
  newPepper,
  newSigningJwk,
  readAuthSecrets,
  readCheckpointKeys,
  readEncryptionKeys,
  type StoredNotes,
} from '@micro/signing'

export const ringKinds = ['pepper', 'jwt', 'encryption', 'checkpoint'] as const
export type RingKind = (typeof ringKinds)[number]

/** A secret as it may be shown. */
export type Noted = StoredNotes & { readonly id: string }

interface Tools<T> {
  readonly fresh: () => T
  readonly idOf: (entry: T) => string
}

/** Makes a ring's entries from those before; the first is the one in use. */
type Step = <T extends StoredNotes>(entries: readonly T[], tools: Tools<T>) => readonly T[]

/** One more that is accepted but not used yet; nothing when there is one. */
export const announced: Step = (entries, { fresh }) =>
  entries.some(({ next }) => next === true) ? entries : [...entries, { ...fresh(), next: true }]

const withoutNext = <T extends StoredNotes>({ next: _, ...rest }: T): T => rest as Omit<T, 'next'> as T

/** The announced one to the front, else a fresh one; all before it are still accepted. */
export const rotated: Step = (entries, { fresh }) => {
  const waiting = entries.find(({ next }) => next === true)
  return [waiting === undefined ? fresh() : withoutNext(waiting), ...entries.filter((entry) => entry !== waiting)]
}

/** Drops earlier ones by their ids. */
export const without =
  (ids: ReadonlySet<string>): Step =>
  (entries, { idOf }) =>
    entries.filter((entry) => !ids.has(idOf(entry)))

const idOfKey = ({ id }: { id: string }): string => id
const idOfJwk = ({ kid }: { kid: string }): string => kid

/** Earlier ones that are neither used nor announced. */
export const earlier = (entries: readonly Noted[]): readonly Noted[] =>
  entries.slice(1).filter(({ next }) => next !== true)

const notesOf = <T extends StoredNotes>(entries: readonly T[], idOf: (entry: T) => string): readonly Noted[] =>
  entries.map((entry) => ({
    id: idOf(entry),
    ...(entry.created === undefined ? {} : { created: entry.created }),
    ...(entry.next === undefined ? {} : { next: entry.next }),
  }))

/** What a stored text holds of a kind, without the secrets. @throws Error naming what is wrong with the text */
export const entriesIn = (kind: RingKind, text: string): readonly Noted[] => {
  if (kind === 'pepper') return notesOf(readAuthSecrets(text).peppers, idOfKey)
  if (kind === 'jwt') return notesOf(readAuthSecrets(text).jwt_keys, idOfJwk)
  if (kind === 'checkpoint') return notesOf(readCheckpointKeys(text).keys, idOfJwk)
  return notesOf(readEncryptionKeys(text).keys, idOfKey)
}

/** The stored text after a step; what else it holds stays. @throws Error naming what is wrong with the text */
export const changedRing = (kind: RingKind, text: string, { step, now }: { step: Step; now: Date }): string => {
  if (kind === 'encryption') {
    const { keys } = readEncryptionKeys(text)
    return JSON.stringify({ keys: step(keys, { fresh: () => newEncryptionKey(now), idOf: idOfKey }) })
  }
  if (kind === 'checkpoint') {
    const { keys } = readCheckpointKeys(text)
    return JSON.stringify({ keys: step(keys, { fresh: () => newCheckpointKey(now), idOf: idOfJwk }) })
  }
  const secrets = readAuthSecrets(text)
  return JSON.stringify(
    kind === 'pepper'
      ? { ...secrets, peppers: step(secrets.peppers, { fresh: () => newPepper(now), idOf: idOfKey }) }
      : { ...secrets, jwt_keys: step(secrets.jwt_keys, { fresh: () => newSigningJwk(now), idOf: idOfJwk }) },
  )
}
