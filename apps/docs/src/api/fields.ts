/** Draws a schema as rows: the name of each field, what it holds, and what is to be known of it. */
import { html, type Html } from '../html.ts'
import type { Schema } from './document.ts'

/** Deeper than this a field is named, and what is in it is not. */
const depthMax = 3

export interface Field {
  readonly name: string
  readonly schema: Schema
  readonly required: boolean
}

/** The object that a schema describes, by the name it gives itself. */
export const objectName = (schema: Schema): string | undefined => {
  const named = schema.properties?.['object']?.const
  if (typeof named === 'string') return named
  return schema.$ref === undefined ? undefined : schema.$ref.split('/').at(-1)
}

const isNothing = ({ type, const: only }: Schema): boolean => type === 'null' || only === ''

/** What may stand in its place, besides nothing at all. */
export const choicesOf = (schema: Schema): readonly Schema[] =>
  (schema.anyOf ?? [schema]).filter((choice) => !isNothing(choice))

/** In words: `string`, `"all" or "none"`, `list of refund`. */
export const kindOf = (schema: Schema): string => {
  const choices = choicesOf(schema)
  const words = new Set(
    choices.map((choice) => {
      if (choice.const !== undefined) return JSON.stringify(choice.const)
      if (choice.anyOf !== undefined) return kindOf(choice)
      if (choice.type === 'array') return choice.items === undefined ? 'list' : `list of ${kindOf(choice.items)}`
      return objectName(choice) ?? choice.type ?? 'any'
    }),
  )
  const canBeNull = schema.anyOf?.some(({ type }) => type === 'null') === true
  if (words.size === 0) return 'null'
  return [...words, ...(canBeNull ? ['null'] : [])].join(' or ')
}

const between = (from: number | undefined, to: number | undefined, of: string): string[] => {
  if (from === undefined && to === undefined) return []
  if (from === to) return [`exactly ${to}${of}`]
  if (to === undefined) return [`at least ${from}${of}`]
  return [from === undefined || from === 0 ? `at most ${to}${of}` : `${from} to ${to}${of}`]
}

/** What is to be known of a field besides. */
export const notesOf = (schema: Schema): string[] => {
  const [only] = choicesOf(schema)
  const { minimum, maximum, minLength, maxLength, minItems, maxItems } = only ?? {}
  const expected = schema['x-expected'] ?? only?.['x-expected']
  const description = schema.description ?? only?.description
  return [
    ...(description === undefined ? [] : [description.replace(/\.$/, '')]),
    ...(expected === undefined ? [] : [expected]),
    ...between(minimum, maximum, ''),
    // An opaque text of up to 255 characters is what ids are; it tells nothing to say so at each.
    ...(maxLength === 255 ? [] : between(minLength, maxLength, ' characters')),
    ...between(minItems, maxItems, ' of them'),
    ...(schema.default === undefined ? [] : [`default ${JSON.stringify(schema.default)}`]),
    ...(schema['x-unsupported'] === undefined ? [] : ['known, and refused']),
  ]
}

/** The fields of an object, in order. */
export const fieldsOf = ({ properties = {}, required = [] }: Schema): Field[] =>
  Object.entries(properties).map(([name, schema]) => ({ name, schema, required: required.includes(name) }))

/** The schemas within a field whose own fields are shown with it; another object has a place of its own. */
const innerOf = (schema: Schema): Schema[] =>
  choicesOf(schema).flatMap((choice) => {
    if (choice.anyOf !== undefined) return innerOf(choice)
    if (choice.type === 'array' && choice.items !== undefined) return innerOf(choice.items)
    return objectName(choice) === undefined && choice.properties !== undefined ? [choice] : []
  })

const rowsOf = ({ name, schema, required }: Field, mark: boolean, depth: number): Html[] => [
  html`<tr>
    <td><code>${name}</code>${mark && required && html` <span class="required">required</span>`}</td>
    <td>${kindOf(schema)}</td>
    <td>${notesOf(schema).join('; ')}</td>
  </tr>`,
  ...(depth >= depthMax ? [] : innerOf(schema)).flatMap((inner) =>
    fieldsOf(inner).flatMap((field) => rowsOf({ ...field, name: `${name}.${field.name}` }, mark, depth + 1)),
  ),
]

/** A table of fields. `mark` says which are required: of an answer all are there. */
export const fieldTable = (fields: readonly Field[], { mark }: { mark: boolean }): Html =>
  html`<div class="table fields" role="group" aria-label="Fields" tabindex="0">
    <table>
      <thead>
        <tr>
          <th>Name</th>
          <th>Holds</th>
          <th>Note</th>
        </tr>
      </thead>
      <tbody>
        ${fields.flatMap((field) => rowsOf(field, mark, 1))}
      </tbody>
    </table>
  </div>`
