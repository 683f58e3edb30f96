import type { Tenant } from '@micro/contracts'
import { assert, Fault } from '@micro/kernel'
import type { Sql } from '@micro/postgres'
import type { ExpandTree } from './expand-paths.ts'

/**
 * Finds objects of one kind as the API shows them, by their ids (of an `Includable` member: by the ids of the objects that
 * have it), at most 100 or so at a time. Its query names the tenant: what is not the tenant's is not found, and stays an id.
 */
export type Expander = (sql: Sql, tenant: Tenant, ids: readonly string[]) => Promise<ReadonlyMap<string, object>>

/** A service's expanders, by the kinds of `expandableObjects`. */
export type Expanders = Readonly<Record<string, Expander>>

type Holder = Record<string, unknown>
/** A place in the answer, and the id of what shall stand there. */
interface Slot {
  readonly id: string
  readonly put: (found: object) => void
}

const isHolder = (value: unknown): value is Holder => value !== null && typeof value === 'object'
const holdersIn = (value: unknown): Holder[] => (Array.isArray(value) ? value : [value]).filter(isHolder)

const idSlots = (holder: Holder, name: string): Slot[] => {
  const value = holder[name]
  if (typeof value === 'string') return [{ id: value, put: (found) => (holder[name] = found) }]
  if (!Array.isArray(value)) return []
  const items: unknown[] = value
  return items.flatMap((id, at) =>
    typeof id === 'string' ? [{ id, put: (found: object) => (items[at] = found) }] : [],
  )
}

const memberSlots = (holder: Holder, name: string): Slot[] => {
  const { id } = holder
  if (typeof id !== 'string' || isHolder(holder[name])) return []
  return [{ id, put: (found) => (holder[name] = found) }]
}

const slotsOf = (holder: Holder, name: string, marks: readonly { of: unknown; by: string; kind: string }[]) =>
  marks
    .filter(({ of }) => of === undefined || of === holder['object'])
    .map(({ by, kind }) => ({ kind, slots: by === 'id' ? idSlots(holder, name) : memberSlots(holder, name) }))

/** How much one answer takes in: more than any single object leads to, and less than takes long to find and write. */
const objectsMax = 2_000
const charactersMax = 8_000_000

const tooLarge = (limit: string): Fault => new Fault('expansion_too_large', { limit, param: 'expand' })

/** Counts what is put into one answer. */
const createBudget = () => {
  let objects = 0
  let characters = 0
  return {
    /** Before they are looked up. @throws Fault expansion_too_large */
    look(slots: number): void {
      objects += slots
      if (objects > objectsMax) throw tooLarge(`${objectsMax} objects`)
    },
    /** One that was found, as often as it stands there. @throws Fault expansion_too_large */
    put(object: object, times: number): void {
      characters += JSON.stringify(object).length * times
      if (characters > charactersMax) throw tooLarge(`${charactersMax} characters`)
    },
  }
}

/**
 * Puts objects in place of their ids, all of one name and kind with one query; what is an object already stays.
 * @throws Fault expansion_too_large
 */
export const expandIn = async (
  root: unknown,
  tree: ExpandTree,
  { sql, tenant, expanders }: { sql: Sql; tenant: Tenant; expanders: Expanders },
): Promise<void> => {
  const budget = createBudget()
  const visit = async (holders: readonly Holder[], level: ExpandTree): Promise<void> => {
    for (const [name, { marks, inside }] of level) {
      const wanted = Map.groupBy(
        holders.flatMap((holder) => slotsOf(holder, name, marks)),
        ({ kind }) => kind,
      )
      for (const [kind, places] of wanted) {
        const slots = places.flatMap((each) => each.slots)
        const expander = Object.hasOwn(expanders, kind) ? expanders[kind] : undefined
        if (expander === undefined || slots.length === 0) continue
        budget.look(slots.length)
        const found = await expander(sql, tenant, [...new Set(slots.map(({ id }) => id))])
        for (const [id, same] of Map.groupBy(slots, (slot) => slot.id)) {
          const object = found.get(id)
          if (object === undefined) continue
          budget.put(object, same.length)
          for (const { put } of same) put(object)
        }
      }
      if (inside.size > 0)
        await visit(
          holders.flatMap((holder) => holdersIn(holder[name])),
          inside,
        )
    }
  }
  await visit(holdersIn(root), tree)
}

/** The same in an answer's text. */
export const expandText = async (
  text: string,
  tree: ExpandTree,
  context: Parameters<typeof expandIn>[2],
): Promise<string> => {
  const body = JSON.parse(text) as unknown
  assert(isHolder(body), 'an answer that can be expanded is an object')
  await expandIn(body, tree, context)
  return JSON.stringify(body)
}
