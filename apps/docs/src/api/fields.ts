/** Draws a schema as a list: the name of each field, what it holds, and what is to be known of it. */
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

const rowOf = ({ name, schema, required }: Field, mark: boolean, depth: number): Html => {
  const notes = notesOf(schema).join('; ')
  const within = (depth >= depthMax ? [] : innerOf(schema)).flatMap((inner) =>
    fieldsOf(inner).map((field) => rowOf({ ...field, name: `${name}.${field.name}` }, mark, depth + 1)),
  )
  return html`<li>
    <code>${name}</code>
    <span class="kind">${kindOf(schema)}</span>${mark && required && html` <span class="required">required</span>`}
    ${notes !== '' && html`<p>${notes}</p>`}
    ${
      within.length > 0 &&
      html`<details>
        <summary>${within.length === 1 ? 'one field' : `${within.length} fields`} of <code>${name}</code></summary>
        <ul>
          ${within}
        </ul>
      </details>`
    }
  </li>`
}

/** A list of fields. `mark` says which are required: of an answer all are there. */
export const fieldList = (fields: readonly Field[], { mark }: { mark: boolean }): Html =>
  html`<ul class="fields">
    ${fields.map((field) => rowOf(field, mark, 1))}
  </ul>`
