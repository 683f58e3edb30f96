/** Draws one operation: what it takes, what it answers, and what it is refused with. */
import { html, type Html } from '../html.ts'
import { fileOf, relativeAddress } from '../links.ts'
import { codeBlock } from '../code.ts'
import { headingOf, type OpenApi, type Route, type Schema } from './document.ts'
import { fieldsOf, fieldList, kindOf, objectName } from './fields.ts'
import { exampleOf, type Recorded } from './examples.ts'
import { anchorOf, answerSchema, isList, type Objects } from './objects.ts'
import { curlOf, nodeOf } from './snippets.ts'

/** Where an operation is drawn. */
export interface Place {
  readonly file: string
  readonly openApi: OpenApi
  /** Those that the same page describes. */
  readonly objects: Objects
  /** Those that have a heading in docs/errors.md; others are told there by their words alone. */
  readonly errorCodes: ReadonlySet<string>
  readonly recorded: Recorded
}

const credentials: Readonly<Record<string, string>> = {
  apiKey: 'a secret API key',
  publishableKey: 'a publishable key',
  session: 'the token of a login',
  browserSession: "a browser's session",
}

const credentialOf = ({ security }: Route): Html => {
  const ways = security.flatMap((way) => Object.entries(way))
  if (ways.length === 0) return html`<p>Needs no credential.</p>`
  return html`<p>
    Needs
    ${ways.map(
      ([name, scopes], index) =>
        html`${index > 0 && ', or '}${credentials[name] ?? name}${scopes.length > 0 && html` (a restricted one with <code>${scopes.join(', ')}</code>)`}`,
    )}.
  </p>`
}

const forms: Readonly<Record<string, string>> = {
  'application/json': 'JSON',
  'application/x-www-form-urlencoded': 'a form',
  'application/x-ndjson': 'NDJSON',
}

const parametersOf = ({ parameters }: Route): Html | undefined => {
  if (parameters.length === 0) return undefined
  const fields = parameters.map(({ name, required = false, schema, in: place }) => ({
    name,
    required,
    schema: place === 'header' ? { ...schema, description: 'a header' } : schema,
  }))
  return html`<h3>Parameters</h3>
    ${fieldList(fields, { mark: true })}`
}

const bodyOf = ({ requestBody }: Route): Html | undefined => {
  const bodies = Object.entries(requestBody?.content ?? {})
  const schema = bodies[0]?.[1].schema
  if (schema === undefined) return undefined
  const as = bodies.map(([type]) => forms[type] ?? type).join(' or ')
  const fields = fieldsOf(schema)
  return html`<h3>Body, as ${as}</h3>
    ${fields.length === 0 ? html`<p>${kindOf(schema)}</p>` : fieldList(fields, { mark: true })}`
}

const named = (name: string, { objects }: Place): Html =>
  objects.has(name) ? html`<a href="#${anchorOf(name)}"><code>${name}</code></a>` : html`<code>${name}</code>`

const answerOf = (schema: Schema, place: Place): Html => {
  const name = objectName(schema)
  const items = schema.properties?.['data']?.items
  if (isList(name))
    return html`a <code>${name}</code> of
      ${items === undefined ? 'anything' : named(objectName(items) ?? kindOf(items), place)}`
  if (name !== undefined) return named(name, place)
  return schema.properties === undefined ? html`${kindOf(schema)}` : fieldList(fieldsOf(schema), { mark: false })
}

const answersOf = (route: Route, place: Place): Html[] =>
  Object.entries(route.responses)
    .filter(([status]) => Number(status) < 400)
    .map(([status, { content }]) => {
      const [type, body] = Object.entries(content ?? {})[0] ?? []
      const schema = type === 'application/json' ? body?.schema : undefined
      const shown =
        schema === undefined
          ? html`<code>${type ?? 'no body'}</code>`
          : answerOf(answerSchema(place.openApi, schema), place)
      return html`<div class="answer"><b>${status}</b> ${shown}</div>`
    })

const refusalsOf = ({ responses }: Route, { file, errorCodes }: Place): Html => {
  const errors = relativeAddress(file, fileOf('errors'))
  const code = (word: string, index: number): Html =>
    html`${index > 0 && ', '}${errorCodes.has(word) ? html`<a href="${errors}#${word}"><code>${word}</code></a>` : html`<code>${word}</code>`}`
  const refused = Object.entries(responses).filter(([status]) => Number(status) >= 400)
  return html`<h3>Refused with</h3>
    <ul class="refusals">
      ${refused.map(
        ([status, { description }]) => html`<li><b>${status}</b> ${description.split(', ').map(code)}</li>`,
      )}
    </ul>`
}

const shownAs = (title: string, text: string | undefined, language: string): Html | undefined =>
  text === undefined
    ? undefined
    : html`<p class="caption">${title}</p>
        ${codeBlock(text, language)}`

const examplesOf = (route: Route, { recorded }: Place): Html => {
  const example = exampleOf(route, recorded)
  const { status, answer } = example
  return html`<div class="examples">
    ${shownAs('curl', curlOf(route, example), 'bash')} ${shownAs("Node, Stripe's SDK", nodeOf(route, example), 'js')}
    ${answer !== undefined && shownAs(`Answer, ${status}`, JSON.stringify(answer, undefined, 2), 'json')}
  </div>`
}

/** A section of a page. */
export const drawOperation = (route: Route, place: Place): Html => {
  const { operationId, summary, method, path } = route
  return html`<section class="operation">
    <h2 id="${operationId}">
      ${headingOf(route)} <a class="anchor" href="#${operationId}" aria-label="Link to this section">#</a>
    </h2>
    <p class="route">
      <span class="method ${method.toLowerCase()}">${method}</span> <code>${path}</code>
      <span class="kind">${operationId}</span>
    </p>
    <div class="beside">
      <div>
        <p>${summary}</p>
        ${credentialOf(route)}${parametersOf(route)}${bodyOf(route)}
        <h3>Answers</h3>
        ${answersOf(route, place)} ${refusalsOf(route, place)}
      </div>
      ${examplesOf(route, place)}
    </div>
  </section> `
}
