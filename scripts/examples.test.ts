import { readFile } from 'node:fs/promises'
import { Errors } from 'typebox/schema'
import { describe, expect, test } from 'vitest'
import { routesOf, type OpenApi } from '../apps/docs/src/api/document.ts'
import type { Recorded } from '../apps/docs/src/api/examples.ts'

const read = async <T>(path: string): Promise<T> =>
  JSON.parse(await readFile(new URL(`../docs/${path}`, import.meta.url), 'utf8')) as T
const openApi = await read<OpenApi>('openapi.json')
const recorded = await read<Recorded>('examples.json')
const routes = routesOf(openApi)

const components = Object.fromEntries(
  Object.entries(openApi.components.schemas).map(([name, schema]) => [`#/components/schemas/${name}`, schema]),
)
/** What of a value its schema does not allow; a failure names it. */
const errorsOf = (schema: object | undefined, value: unknown): unknown =>
  schema === undefined ? ['no schema'] : Errors(components, schema, value)[1]

describe('what the reference shows of an operation is what its contract says', () => {
  for (const [operation, { path, body, status, answer }] of Object.entries(recorded))
    test(operation, () => {
      const route = routes.find(({ operationId }) => operationId === operation)
      const [asked = ''] = path.split('?')
      expect(asked).toMatch(new RegExp(`^${route?.path.replace(/\{\w+\}/g, '[^/]+')}$`))
      const content = route?.responses[String(status)]?.content
      expect(errorsOf(content?.['application/json']?.schema, answer)).toEqual([])
      if (body !== undefined)
        expect(errorsOf(Object.values(route?.requestBody?.content ?? {})[0]?.schema, body)).toEqual([])
    })
})
