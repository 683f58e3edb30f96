import fastJsonStringify from 'fast-json-stringify'
import type { LongListSpec } from './long-list.ts'
import { onDemand } from './on-demand.ts'
import { shareThread } from './share-thread.ts'

type Serialize = (body: unknown) => string

const compiled = new WeakMap<object, Serialize>()

// typebox keeps its own hidden members on schemas; the serialiser gets plain JSON Schema.
const compile = (schema: object): Serialize => {
  const serialize = onDemand(() => fastJsonStringify(JSON.parse(JSON.stringify(schema)) as object) as Serialize)
  return (body) => serialize()(body)
}

/** Writes what fits the schema as JSON. Compiled for the first answer, and once for all services of a contract. */
export const compileSerializer = (schema: object): Serialize => {
  const serialize = compiled.get(schema) ?? compile(schema)
  compiled.set(schema, serialize)
  return serialize
}

/** As compileSerializer, for an answer with a long list: others are served between its items. */
export const compileLongSerializer = (schema: object, { name, item }: LongListSpec) => {
  const { properties, ...rest } = schema as { properties: Record<string, object> }
  const { [name]: _long, ...others } = properties
  const serializeRest = compileSerializer({ ...rest, properties: others, required: Object.keys(others) })
  const serializeItem = compileSerializer(item)
  return async (body: Record<string, unknown>): Promise<string> => {
    const letOthers = shareThread()
    const items: string[] = []
    for (const each of body[name] as readonly unknown[]) {
      items.push(serializeItem(each))
      await letOthers()
    }
    return `${serializeRest(body).slice(0, -1)},${JSON.stringify(name)}:[${items.join()}]}`
  }
}
