import { expandableMark, expandableObjects, expandLevelsMax, includableMark } from '@micro/contracts'
import { Fault } from '@micro/kernel'
import type { TSchema } from 'typebox'
import { shownName } from '../validate.ts'

interface Schema {
  readonly [expandableMark]?: string
  readonly [includableMark]?: string
  readonly type?: string
  readonly const?: unknown
  readonly anyOf?: readonly Schema[]
  readonly items?: Schema
  readonly properties?: Readonly<Record<string, Schema>>
}

/** What stands at a name of a path, in objects of one kind: `of` is their `object`, where the contracts tell it. */
interface Mark {
  readonly of: unknown
  /** `id`: the value is an id of that kind. `member`: the value is looked up by the id of the object that has it. */
  readonly by: 'id' | 'member'
  readonly kind: string
}

/** What to expand at one name, and then inside of it. */
interface ExpandNode {
  readonly marks: readonly Mark[]
  readonly inside: ExpandTree
}
export type ExpandTree = Map<string, ExpandNode>

const registry: Readonly<Record<string, TSchema>> = expandableObjects
const objectFor = (kind: string): Schema[] => (Object.hasOwn(registry, kind) ? [registry[kind] as Schema] : [])

const kindOf = (schema: Schema): string | undefined => schema[expandableMark] ?? schema[includableMark]

/** The objects that a value may be or hold: through choices, lists, and ids of which the object may be had. */
const objectsOf = (schema: Schema): Schema[] => {
  const kind = kindOf(schema)
  if (kind !== undefined) return objectFor(kind).flatMap(objectsOf)
  if (schema.anyOf !== undefined) return schema.anyOf.flatMap(objectsOf)
  if (schema.items !== undefined) return objectsOf(schema.items)
  return schema.properties === undefined ? [] : [schema]
}

const marksOf = (schema: Schema, of: unknown): Mark[] => {
  const { [expandableMark]: id, [includableMark]: member } = schema
  if (id !== undefined) return [{ of, by: 'id', kind: id }]
  if (member !== undefined) return [{ of, by: 'member', kind: member }]
  return [...(schema.anyOf ?? []), ...(schema.items === undefined ? [] : [schema.items])].flatMap((each) =>
    marksOf(each, of),
  )
}

const memberOf = ({ properties = {} }: Schema, name: string): Schema[] =>
  Object.hasOwn(properties, name) ? [properties[name] as Schema] : []

const isList = ({ properties }: Schema): boolean => properties?.['object']?.const === 'list'

/** How many names of the path lead somewhere. */
const reach = (root: readonly Schema[], names: readonly string[]): number => {
  let at = root
  for (const [passed, name] of names.entries()) {
    at = at.flatMap(objectsOf).flatMap((each) => memberOf(each, name))
    if (!at.some((each) => marksOf(each, undefined).length > 0 || objectsOf(each).length > 0)) return passed
  }
  return names.length
}

// In Stripe's words: the path as far as it was followed, and in lists that the objects are in `data`.
const refuse = (root: Schema, names: readonly string[], passed: number): Fault => {
  const forgotten = isList(root) && names[0] !== 'data' && reach([root], ['data', ...names]) > names.length
  const hint = forgotten ? `You may want to try expanding 'data.${shownName(names.join('.'))}' instead.` : ''
  const path = shownName(names.slice(0, passed + 1).join('.'))
  return new Fault('property_unexpandable', { param: 'expand', path, hint })
}

const plant = (tree: ExpandTree, at: readonly Schema[], [name, ...rest]: readonly string[]): void => {
  if (name === undefined) return
  const members = at.flatMap(objectsOf).flatMap((each) => {
    const of = each.properties?.['object']?.const
    return memberOf(each, name).map((schema) => ({ schema, marks: marksOf(schema, of) }))
  })
  const node = tree.get(name) ?? { marks: members.flatMap(({ marks }) => marks), inside: new Map() }
  tree.set(name, node)
  plant(
    node.inside,
    members.map(({ schema }) => schema),
    rest,
  )
}

/**
 * What paths ask of an answer of this schema, each name of it once.
 * @throws Fault property_unexpandable, property_expansion_max_depth
 */
export const expandTreeOf = (schema: TSchema, paths: readonly string[]): ExpandTree => {
  const root = schema as Schema
  const tree: ExpandTree = new Map()
  for (const path of paths) {
    const names = path.split('.')
    if (names.length > expandLevelsMax)
      throw new Fault('property_expansion_max_depth', {
        param: 'expand',
        limit: expandLevelsMax,
        path: shownName(path),
      })
    const passed = reach([root], names)
    if (passed < names.length) throw refuse(root, names, passed)
    plant(tree, [root], names)
  }
  return tree
}

/** Every kind of object that a path may lead to from here, and of which there is a schema. */
export const reachableKinds = (schema: TSchema, known: Set<string> = new Set()): ReadonlySet<string> => {
  const visit = (node: Schema): void => {
    const kind = kindOf(node)
    if (kind !== undefined && !known.has(kind)) {
      const objects = objectFor(kind)
      if (objects.length > 0) known.add(kind)
      objects.forEach(visit)
    }
    for (const each of [...(node.anyOf ?? []), ...Object.values(node.properties ?? {})]) visit(each)
    if (node.items !== undefined) visit(node.items)
  }
  visit(schema as Schema)
  return known
}
