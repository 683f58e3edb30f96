import type { Route } from '@micro/contracts'
import type { Pair } from '../rest/pairs.ts'
import { parameterOf, timeParameters, type Parameter } from './parameter.ts'

interface ObjectSchema {
  readonly properties?: Readonly<Record<string, object>>
  readonly required?: readonly string[]
}

/** Said by flags of their own, which page through a list. */
const paging = new Set(['limit', 'starting_after', 'ending_before', 'page'])
/** What a publishable key needs, which is no key for a command line. */
const forBrowsers = new Set(['client_secret', 'use_stripe_sdk'])

/** The flags of an operation, from its contract, those it needs first; `without` names parameters that need none. */
export const parametersOf = ({ method, query, body }: Route, without: readonly string[] = []): Parameter[] => {
  const { properties = {}, required = [] } = ((method === 'POST' ? body : query) ?? {}) as ObjectSchema
  const names = Object.keys(properties).filter(
    (name) => !paging.has(name) && !forBrowsers.has(name) && !without.includes(name),
  )
  const isNeeded = (name: string): boolean => required.includes(name)
  const sorted = names.toSorted((a, b) => Number(isNeeded(b)) - Number(isNeeded(a)))
  return sorted.flatMap((name) => {
    if (method === 'GET' && name === 'created') return timeParameters()
    return parameterOf(name, properties[name] ?? {}, isNeeded(name)) ?? []
  })
}

/** What the flags that were given send. */
export const pairsOf = (parameters: readonly Parameter[], flags: Readonly<Record<string, unknown>>): Pair[] =>
  parameters.flatMap(({ option, pairs }) => {
    const value = flags[option.attributeName()]
    return value === undefined ? [] : pairs(value)
  })
