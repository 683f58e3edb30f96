import type { Event } from '@micro/contracts'

/** One member of an object that changed: what it was, and what it is, as JSON. */
export interface Change {
  /** Where it is in the object: `outcome.reason`. */
  readonly path: string
  readonly was: string
  readonly is: string
}

type Members = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Members =>
  value !== null && typeof value === 'object' && !Array.isArray(value)

const json = (value: unknown): string => JSON.stringify(value ?? null, null, 2)

const changesIn = (was: Members, is: Members, within: string): Change[] =>
  Object.entries(was).flatMap(([name, before]) => {
    // Metadata may be named as what every object inherits.
    const now = Object.hasOwn(is, name) ? is[name] : null
    const path = within === '' ? name : `${within}.${name}`
    return isObject(before) && isObject(now)
      ? changesIn(before, now, path)
      : [{ path, was: json(before), is: json(now) }]
  })

/** What an event says has changed. Of objects within the object only the changed members are told, of lists all. */
export const changesOf = ({ object, previous_attributes = {} }: Event['data']): Change[] =>
  changesIn(previous_attributes, object, '')
