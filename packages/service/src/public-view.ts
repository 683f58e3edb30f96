import type { Route } from '@micro/contracts'
import { Fault } from '@micro/kernel'
import type { Answer, RawCall } from './operation.ts'

interface ViewSchema {
  readonly const?: unknown
  readonly properties?: Readonly<Record<string, ViewSchema>>
  readonly anyOf?: readonly ViewSchema[]
}

type Members = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Members =>
  value !== null && typeof value === 'object' && !Array.isArray(value)

/** The schema of an object with named members, or with null in its place; undefined: any members may be seen. */
const objectSchema = (schema: ViewSchema | undefined): ViewSchema | undefined =>
  schema?.properties === undefined ? schema?.anyOf?.find(({ properties }) => properties !== undefined) : schema

/** Of an object, and of those in it, what the schema names. */
const shown = (schema: ViewSchema, body: Members): Members =>
  Object.fromEntries(
    Object.entries(schema.properties ?? {}).flatMap(([name, member]) => {
      const value = body[name]
      if (value === undefined) return []
      const inner = objectSchema(member)
      return [[name, inner !== undefined && isObject(value) ? shown(inner, value) : value]]
    }),
  )

/** What kinds of objects a schema shows, itself and those in it, by the name of each (`payment_intent`). */
const kindsIn = (schema: ViewSchema | undefined): readonly (readonly [string, ViewSchema])[] => {
  const named = objectSchema(schema)
  if (named?.properties === undefined) return []
  const kind = named.properties['object']?.const
  const inner = Object.values(named.properties).flatMap(kindsIn)
  return typeof kind === 'string' ? [...inner, [kind, named]] : inner
}

/** Narrows what a route answers to what may be seen by whoever holds a publishable key. */
export interface PublicView {
  answer(answer: Answer): Answer
  fault(fault: Fault): Fault
}

/**
 * Applied where the answer leaves, so that no handler can forget it, and a stored answer is no way around it: neither
 * members nor whole objects in an error pass that the route's `publicResponse` does not name.
 */
export const publicViewOf = ({ publicResponse }: Route): PublicView => {
  const schema = (publicResponse ?? {}) as ViewSchema
  const kinds = new Map(kindsIn(schema))

  const inError = (error: Members): Members =>
    Object.fromEntries(
      Object.entries(error).flatMap(([name, value]) => {
        if (!isObject(value)) return [[name, value]]
        const kind = kinds.get(String(value['object']))
        return kind === undefined ? [] : [[name, shown(kind, value)]]
      }),
    )

  return {
    answer(answer) {
      const body = JSON.parse(answer.body) as Members
      const error = body['error']
      return { ...answer, body: JSON.stringify(isObject(error) ? { error: inError(error) } : shown(schema, body)) }
    },
    fault: (fault) => new Fault(fault.code, inError(fault.detail), { cause: fault.cause }),
  }
}

/** An operation's answer as its caller may see it. */
export const asCallerMaySee = (
  route: Route,
  answer: (raw: RawCall) => Promise<Answer>,
): ((raw: RawCall) => Promise<Answer>) => {
  if (!route.access.includes('publishable_key')) return answer
  const view = publicViewOf(route)
  return async (raw) => {
    if (raw.principal?.kind !== 'publishable_key') return answer(raw)
    try {
      return view.answer(await answer(raw))
    } catch (error) {
      throw error instanceof Fault ? view.fault(error) : error
    }
  }
}
