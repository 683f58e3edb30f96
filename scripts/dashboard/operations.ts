/** What the dashboard's API reference is made of: docs/openapi.json, cut down to what a page shows and a form needs. */
import { isSecret, type Field, type Operation } from '../../apps/dashboard/src/reference/operation.ts'
import { headingOf, routesOf, type OpenApi, type Route, type Schema } from '../../apps/docs/src/api/document.ts'
import { choicesOf, kindOf, notesOf, objectName } from '../../apps/docs/src/api/fields.ts'
import { groupOf, groups } from '../../apps/docs/src/api/groups.ts'
import type { StripeOperation } from '../stripe-operations.ts'

/** Deeper than this an object is typed as JSON. */
const depthMax = 3

const flatChoices = (schema: Schema): readonly Schema[] =>
  choicesOf(schema).flatMap((choice) => (choice.anyOf === undefined ? [choice] : flatChoices(choice)))

type Typed = Pick<Field, 'kind' | 'choices'>

/** What is typed for a value that has no fields of its own. */
const typedOf = (choices: readonly Schema[]): Typed => {
  const fixed = choices.flatMap(({ const: only }) =>
    typeof only === 'string' || typeof only === 'number' || typeof only === 'boolean' ? [only] : [],
  )
  const types = new Set(choices.filter((choice) => choice.const === undefined).map(({ type }) => type))
  if (types.has('array') || types.has('object') || choices.some(({ $ref }) => $ref !== undefined))
    return { kind: 'json' }
  if (fixed.length > 0 && types.size === 0) return { kind: 'choice', choices: fixed }
  if (fixed.length > 0 && types.has('boolean')) return { kind: 'choice', choices: [true, false, ...fixed] }
  if (types.has('boolean')) return { kind: 'boolean' }
  const isNumber = types.has('integer') || types.has('number')
  if (isNumber) return { kind: types.has('string') || types.has('number') ? 'number' : 'integer' }
  return types.has('string') ? { kind: 'text' } : { kind: 'json' }
}

const partsMax = 8

/** The members of an object that an example shows: those it needs, or else the first of all. */
const shownOf = ({ properties = {}, required = [] }: Schema): [string, Schema][] => {
  const all = Object.entries(properties).filter(([, { not }]) => not === undefined)
  const needed = all.filter(([name]) => required.includes(name))
  return (needed.length > 0 ? needed : all).slice(0, partsMax)
}

/** What a value may look like. */
const exampleOf = (schema: Schema): unknown => {
  const [choice = schema] = flatChoices(schema)
  if (choice.const !== undefined) return choice.const
  if (choice.type === 'array') return [exampleOf(choice.items ?? {})]
  if (choice.patternProperties !== undefined) return { name: '…' }
  if (choice.properties !== undefined)
    return Object.fromEntries(shownOf(choice).map(([name, each]) => [name, exampleOf(each)]))
  return { integer: 1, number: 1, boolean: true }[choice.type ?? ''] ?? '…'
}

/** What the objects of a list, or an object too deep for fields, may have. */
const membersOf = (schema: Schema): string[] =>
  flatChoices(schema).flatMap(({ items, properties }) => {
    if (items !== undefined) return membersOf(items)
    return properties === undefined ? [] : [`with ${Object.keys(properties).join(', ')}`]
  })

type Part = Pick<Field, 'in' | 'path' | 'required'> & { readonly schema: Schema }

/** A parameter, or all that is in it. What is known and refused is none. */
const fieldsOf = ({ schema, ...part }: Part): Field[] => {
  if (schema.not !== undefined) return []
  const choices = flatChoices(schema)
  const inner = choices.find(({ properties }) => properties !== undefined)
  if (inner?.properties !== undefined && part.path.length < depthMax)
    return Object.entries(inner.properties).flatMap(([name, each]) =>
      fieldsOf({
        in: part.in,
        path: [...part.path, name],
        required: part.required && inner.required?.includes(name) === true,
        schema: each,
      }),
    )
  const of = typedOf(choices)
  const typed = of.kind === 'text' && isSecret(part.path.at(-1) ?? '') ? { kind: 'secret' as const } : of
  const isJson = typed.kind === 'json'
  const note = [...notesOf(schema), ...(isJson ? membersOf(schema) : [])].join('; ')
  const example = isJson ? { example: JSON.stringify(exampleOf(schema)) } : {}
  return [{ ...part, ...typed, ...example, holds: kindOf(schema), note }]
}

const places: readonly string[] = ['path', 'query', 'header'] satisfies Field['in'][]
const isPlace = (place: string): place is 'path' | 'query' | 'header' => places.includes(place)

const bodyOf = ({ requestBody }: Route): { readonly body: 'form' | 'json'; readonly schema: Schema } | undefined => {
  const [media, content] = Object.entries(requestBody?.content ?? {})[0] ?? []
  if (media === undefined || content === undefined) return undefined
  return { body: media === 'application/json' ? 'json' : 'form', schema: content.schema }
}

const answersOf = ({ responses }: Route, { components }: OpenApi): Operation['answers'] => {
  const [status = '200', answer] = Object.entries(responses).find(([each]) => Number(each) < 400) ?? []
  const [type, content] = Object.entries(answer?.content ?? {})[0] ?? []
  const schema = content?.schema ?? {}
  const whole = components.schemas[schema.$ref?.split('/').at(-1) ?? ''] ?? schema
  const item = whole.properties?.['data']?.items
  const object = objectName(whole) ?? 'an object'
  const holds = type !== 'application/json' ? (type ?? 'nothing') : item ? `${object} of ${kindOf(item)}` : object
  return { status: Number(status), holds }
}

const accessOf = ({ security }: Route): Pick<Operation, 'credential' | 'tryable' | 'scope'> => {
  const allows = (scheme: string): boolean => security.some((each) => scheme in each)
  const [scope] = security.find((each) => 'apiKey' in each)?.['apiKey'] ?? []
  const credential = allows('apiKey') ? 'key' : security.length > 0 ? 'session' : 'none'
  return { credential, tryable: allows('browserSession'), ...(scope === undefined ? {} : { scope }) }
}

/** All operations, in the order of the documentation. */
export const operationsOf = (openApi: OpenApi, stripe: readonly StripeOperation[]): Operation[] => {
  const stripeNames = new Map(stripe.map(({ request, resource, name }) => [request, `${resource}.${name}`]))
  // The same on the older surface comes last: who looks for an operation looks for that of Stripe.
  const placeOf = (route: Route): number =>
    groups.indexOf(groupOf(route)) + (route.operationId.endsWith('Original') ? 0.5 : 0)
  const inOrder = routesOf(openApi).toSorted((a, b) => placeOf(a) - placeOf(b))
  return inOrder.map((route) => {
    const { operationId: id, path, summary, parameters, responses } = route
    const method = route.method as Operation['method']
    const sent = bodyOf(route)
    const called = stripeNames.get(`${method} ${path.replace(/\{\w+\}/g, '{}')}`)
    return {
      id,
      method,
      path,
      title: headingOf(route),
      summary,
      group: groupOf(route).title,
      ...accessOf(route),
      ...(sent === undefined ? {} : { body: sent.body }),
      ...(called === undefined ? {} : { stripe: called }),
      fields: [
        ...parameters.flatMap(({ name, in: place, required = false, schema }) =>
          isPlace(place) ? fieldsOf({ in: place, path: [name], required, schema }) : [],
        ),
        ...Object.entries(sent?.schema.properties ?? {}).flatMap(([name, schema]) =>
          fieldsOf({ in: 'body', path: [name], required: sent?.schema.required?.includes(name) === true, schema }),
        ),
      ],
      answers: answersOf(route, openApi),
      refusals: Object.entries(responses)
        .filter(([status]) => Number(status) >= 400)
        .map(([status, { description }]) => [Number(status), description.split(', ')]),
    }
  })
}
