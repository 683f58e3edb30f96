import { InvalidArgumentError } from 'commander'
import { usageFailure } from '../shell/failure.ts'
import { readEventFilter, readTarget } from './options.ts'

/** Where to, and which events. */
export interface Route {
  readonly target: URL
  wants(type: string): boolean
}

/** `charge.*` and the address it goes to, as typed. */
export interface RouteText {
  readonly types: string
  readonly to: string
}

/** Reads `payment_intent.*=http://localhost:3000`; several types are separated by commas. @throws InvalidArgumentError */
export const readRoute = (text: string): RouteText => {
  const [, types, to] = /^\s*([^=\s]+(?:\s*,\s*[^=\s]+)*)(?:\s*=\s*|\s+)(\S+)\s*$/.exec(text) ?? []
  if (types === undefined || to === undefined)
    throw new InvalidArgumentError('It must look like payment_intent.*=http://localhost:3000/hook.')
  return { types, to }
}

/** Collects routes, given any number of times. @throws InvalidArgumentError */
export const collectRoutes = (text: string, before: readonly RouteText[] = []): RouteText[] => [
  ...before,
  readRoute(text),
]

/** The routes of a file: one a line, `#` begins a comment. @throws Failure (2) naming the line */
export const readRouteLines = (text: string, name: string): RouteText[] =>
  text.split(/\r?\n/).flatMap((line, at) => {
    if (/^\s*(#.*)?$/.test(line)) return []
    try {
      return [readRoute(line)]
    } catch (error) {
      throw usageFailure(`${name}, line ${at + 1}: ${(error as Error).message}`)
    }
  })

/** All of them: a `--forward-to` is a route for every event. @throws Failure (2) for types or addresses that are none */
export const routesOf = (forwardTo: readonly string[], routes: readonly RouteText[]): Route[] => [
  ...forwardTo.map((to): Route => ({ target: readTarget(to), wants: () => true })),
  ...routes.map(({ types, to }): Route => ({ target: readTarget(to), wants: readEventFilter(types) })),
]
