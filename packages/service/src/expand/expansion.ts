import { Exact, ExpandPaths, takesExpand, type Principal, type Route } from '@micro/contracts'
import { assert } from '@micro/kernel'
import type { Sql } from '@micro/postgres'
import Type from 'typebox'
import { compileValidator } from '../validate.ts'
import { expandText, type Expanders } from './expand-objects.ts'
import { expandTreeOf, reachableKinds, type ExpandTree } from './expand-paths.ts'

/** Where a service finds the objects that stand behind ids. */
export interface ExpandSource {
  readonly sql: Sql
  readonly expanders: Expanders
}

/** What a caller asked to have expanded. */
export interface Expansion {
  readonly paths: readonly string[]
  /** The answer's text with objects in place of ids. */
  apply(text: string): Promise<string>
}

const nothing = Type.Object({})

const validate = compileValidator(Exact({ expand: Type.Optional(ExpandPaths) }))

/** Takes the parameter out of where it came, so that nothing else has to know of it. */
const takeFrom = (part: object, coerce: boolean): readonly string[] => {
  if (!Object.hasOwn(part, 'expand')) return []
  const holder = part as { expand?: unknown }
  const taken = { expand: holder.expand }
  delete holder.expand
  validate(taken, coerce)
  return taken.expand as readonly string[]
}

/**
 * Reads `expand` of a route's calls, of the query or the body.
 * @throws Fault property_unexpandable, property_expansion_max_depth, parameter_invalid
 */
export const createExpandReader = (route: Route, source: ExpandSource | undefined) => {
  if (!takesExpand(route)) return () => undefined
  const needed = source === undefined ? [] : [...reachableKinds(route.response)]
  const missing = needed.find((kind) => !Object.hasOwn(source?.expanders ?? {}, kind))
  assert(missing === undefined, `${route.method} ${route.path} shows ids of ${missing}, for which there is no expander`)
  return (call: {
    principal: Principal | undefined
    query: object
    body: object
    coerceBody: boolean
  }): Expansion | undefined => {
    const paths = [...takeFrom(call.query, true), ...takeFrom(call.body, call.coerceBody)]
    if (paths.length === 0) return undefined
    const { principal } = call
    // Whoever holds a publishable key is shown ids: what stands behind them is the merchant's own.
    const shown = principal?.kind === 'publishable_key' ? nothing : route.response
    const tree: ExpandTree = expandTreeOf(shown, paths)
    return {
      paths,
      apply: async (text) =>
        source === undefined || principal === undefined || principal.kind === 'service'
          ? text
          : expandText(text, tree, { ...source, tenant: principal }),
    }
  }
}
