/** The objects that operations answer with. */
import type { OpenApi, Route, Schema } from './document.ts'
import { fieldsOf, objectName } from './fields.ts'

/** By the name an object gives itself. */
export type Objects = ReadonlyMap<string, Schema>

export const isList = (name: string | undefined): boolean => name === 'list' || name === 'search_result'

export const anchorOf = (object: string): string => `object-${object.replaceAll('.', '-')}`

/** What an answer holds, with what the document keeps in one place for all put in. */
export const answerSchema = ({ components }: OpenApi, schema: Schema): Schema =>
  schema.$ref === undefined ? schema : (components.schemas[schema.$ref.split('/').at(-1) ?? ''] ?? schema)

/** The objects of these operations, each once: the one with the most fields, where a page of a merchant is shown fewer. */
export const objectsOf = (openApi: OpenApi, routes: readonly Route[]): Objects => {
  const answers = routes.flatMap(({ responses }) =>
    Object.entries(responses).flatMap(([status, { content }]) => {
      const schema = content?.['application/json']?.schema
      return schema === undefined || Number(status) >= 400 ? [] : [answerSchema(openApi, schema)]
    }),
  )
  const found = new Map<string, Schema>()
  for (const candidate of answers.flatMap((answer) => [
    answer,
    answerSchema(openApi, answer.properties?.['data']?.items ?? {}),
  ])) {
    const name = objectName(candidate)
    if (name === undefined || isList(name) || candidate.properties === undefined) continue
    const known = found.get(name)
    if (known === undefined || fieldsOf(known).length < fieldsOf(candidate).length) found.set(name, candidate)
  }
  return found
}
