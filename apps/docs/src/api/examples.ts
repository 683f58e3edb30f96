/** What an operation is asked and answers, as it was recorded by scripts/examples.ts. */
import type { Route, Schema } from './document.ts'

/** One request, and what was answered. */
export interface Example {
  readonly path: string
  readonly body?: Readonly<Record<string, unknown>>
  readonly status?: number
  readonly answer?: unknown
}

/** Those of docs/examples.json, by the name of the operation. */
export type Recorded = Readonly<Record<string, Example>>

const sampleOf = (schema: Schema): unknown => {
  if (schema.const !== undefined) return schema.const
  if (schema.anyOf?.[0] !== undefined) return sampleOf(schema.anyOf[0])
  if (schema.type === 'array') return [sampleOf(schema.items ?? {})]
  if (schema.type === 'object') return neededOf(schema)
  if (schema.type === 'integer' || schema.type === 'number') return Math.max(1, schema.minimum ?? 1)
  return schema.type === 'boolean' ? true : '…'
}

/** The members without which a body is refused. */
const neededOf = ({ properties = {}, required = [] }: Schema): Record<string, unknown> =>
  Object.fromEntries(required.map((name) => [name, sampleOf(properties[name] ?? {})]))

/** The one that was recorded; of the same thing under /payments without its answer again; else what is least to be sent. */
export const exampleOf = (route: Route, recorded: Recorded): Example => {
  const own = recorded[route.operationId]
  if (own !== undefined) return own
  const twin = recorded[route.operationId.replace(/Original$/, '')]
  if (twin !== undefined)
    return { path: twin.path.replace(/^\/v1\//, '/payments/'), ...(twin.body && { body: twin.body }) }
  const body = neededOf(Object.values(route.requestBody?.content ?? {})[0]?.schema ?? {})
  return {
    path: route.path.replace(/\{\w+\}/g, (name) => name.slice(1, -1).toUpperCase()),
    ...(Object.keys(body).length > 0 && { body }),
  }
}
