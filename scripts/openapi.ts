// Writes docs/openapi.json from the contracts; with --check only says whether it is up to date.
import { readFile } from 'node:fs/promises'
import {
  apis,
  EventStreamHeaders,
  expandableMark,
  expandableObjects,
  ExpandPaths,
  includableMark,
  longListMark,
  pathsOf,
  scopes,
  successStatus,
  surfaceOf,
  takesExpand,
  type Access,
  type Route,
} from '@micro/contracts'
import { faultCatalogue, type FaultCode, type FaultSpec } from '@micro/kernel'
import type { TSchema } from 'typebox'
import { written } from './written.ts'

const { version } = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string
}

interface ObjectSchema {
  properties?: Record<string, object>
  required?: string[]
}

const parameters = (place: 'path' | 'query' | 'header', schema: TSchema | undefined): object[] => {
  const { properties = {}, required = [] } = (schema ?? {}) as ObjectSchema
  return Object.entries(properties).map(([name, each]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    ...('properties' in each || 'anyOf' in each ? { style: 'deepObject', explode: true } : {}),
    schema: each,
  }))
}

const schemesOf = (access: Access, scope: Route['scope']): object[] => {
  if (access === 'publishable_key') return [{ publishableKey: [] }]
  if (access === 'secret_key')
    return [{ apiKey: scope === undefined || scope === 'self' ? [] : [scope] }, { browserSession: [] }]
  return [{ session: [] }, { browserSession: [] }]
}

// OpenAPI 3.1 takes what a caller must hold as the list beside the scheme; every key may ask about itself.
const securityOf = ({ access, scope }: Route): object[] => {
  if (access.includes('public')) return []
  const schemes = access.flatMap((each) => schemesOf(each, scope))
  return schemes.filter(
    (each, at) => schemes.findIndex((other) => Object.keys(other).join() === Object.keys(each).join()) === at,
  )
}

/** What everyone who needs a credential should expect. */
const credentialFaults = ({ access, scope }: Route): FaultCode[] => [
  ...(access.includes('public') ? [] : (['api_key_missing'] as const)),
  ...(access.includes('secret_key') ? (['api_key_expired'] as const) : []),
  ...(scope === undefined || scope === 'self' ? [] : (['more_permissions_required'] as const)),
]

/** As callers read it; without one the name of the fault has to do. */
const publicCodeOf = (code: FaultCode): string => (faultCatalogue[code] as FaultSpec).publicCode ?? code

const faultResponses = (codes: readonly FaultCode[]): Record<string, object> => {
  const byStatus = Map.groupBy(codes, (code) => faultCatalogue[code].status)
  const content = { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } }
  return Object.fromEntries(
    [...byStatus]
      .toSorted(([a], [b]) => a - b)
      .map(([status, each]) => [
        String(status),
        { description: [...new Set(each.map(publicCodeOf))].join(', '), content },
      ]),
  )
}

/** What a success may be: one body, or a stream in the formats of which the caller's Accept header names one. */
const contentOf = ({ response, publicResponse, stream, sse, page }: Route): Record<string, object> => ({
  ...(page === true ? { 'text/html': { schema: response } } : {}),
  ...(sse === undefined ? {} : { 'text/event-stream': { schema: { description: 'The data of one event.', ...sse } } }),
  ...(page === true || sse !== undefined || stream?.always === true
    ? {}
    : {
        'application/json': { schema: publicResponse === undefined ? response : { anyOf: [response, publicResponse] } },
      }),
  ...(stream?.formats.includes('ndjson') === true
    ? {
        'application/x-ndjson': {
          schema: { description: 'One line; an {"error": …} line ends a stream that broke.', ...stream.line },
        },
      }
    : {}),
  ...(stream?.formats.includes('csv') === true ? { 'text/csv': { schema: { type: 'string' } } } : {}),
})

const expandParameter = { name: 'expand', in: 'query', required: false, style: 'deepObject', schema: ExpandPaths }

const withExpand = (body: TSchema): object => {
  const { properties } = body as ObjectSchema
  return { ...body, properties: { ...properties, expand: ExpandPaths } }
}

const requestBody = (route: Route, body: TSchema, media: readonly string[]): object => {
  const { bodyBytesMax } = route
  const long = Object.values((body as ObjectSchema).properties ?? {}).find((each) => longListMark in each)
  const schema = takesExpand(route) ? withExpand(body) : body
  const lines = long && { 'application/x-ndjson': { schema: (long as { items?: object }).items } }
  return {
    ...(bodyBytesMax === undefined ? {} : { description: `At most ${bodyBytesMax} bytes.` }),
    content: { ...Object.fromEntries(media.map((type) => [type, { schema }])), ...lines },
  }
}

/** What signs its body is not decoded, so its form is its sender's. */
const signedBody = (route: Route): object =>
  route.signed === true
    ? {
        requestBody: {
          description: `At most ${route.bodyBytesMax} bytes.`,
          required: true,
          content: { 'application/json': { schema: { type: 'object', additionalProperties: true } } },
        },
      }
    : {}

const operation = (id: string, path: string, route: Route): object => {
  const surface = surfaceOf(path)
  const faults: FaultCode[] = [...new Set([...(route.faults ?? []), ...credentialFaults(route), 'rate_limit' as const])]
  const media = surface === 'stripe' ? ['application/x-www-form-urlencoded', 'application/json'] : ['application/json']
  const idempotency = {
    name: 'Idempotency-Key',
    in: 'header',
    required: false,
    schema: { type: 'string', minLength: 1, maxLength: 255 },
  }
  const signature = { name: 'Stripe-Signature', in: 'header', required: true, schema: { type: 'string' } }
  return {
    operationId: path === route.path ? id : `${id}Original`,
    summary: route.summary,
    tags: [route.service],
    security: securityOf(route),
    parameters: [
      ...parameters('path', route.params),
      ...parameters('query', route.query),
      ...(takesExpand(route) && route.method !== 'POST' ? [expandParameter] : []),
      ...(route.idempotent === true ? [idempotency] : []),
      ...(route.signed === true ? [signature] : []),
      ...(route.sse === undefined ? [] : parameters('header', EventStreamHeaders)),
    ],
    ...signedBody(route),
    ...(route.body === undefined ? {} : { requestBody: requestBody(route, route.body, media) }),
    responses: {
      [successStatus(route, surface)]: {
        description: 'Success',
        content: contentOf(route),
      },
      ...faultResponses(faults),
    },
  }
}

const paths: Record<string, Record<string, object>> = {}
for (const [id, route] of Object.values(apis).flatMap((api) => Object.entries(api) as [string, Route][])) {
  if (route.access.includes('internal')) continue
  for (const path of pathsOf(route)) {
    const template = path.replace(/:(\w+)/g, '{$1}')
    paths[template] = { ...paths[template], [route.method.toLowerCase()]: operation(id, path, route) }
  }
}

const document = {
  openapi: '3.1.0',
  info: {
    title: 'Micro',
    version,
    license: { name: 'MIT', identifier: 'MIT' },
    description: 'A self-hosted, Stripe-compatible payments platform with a double-entry ledger.',
  },
  servers: [{ url: 'http://127.0.0.1:8080' }],
  paths,
  components: {
    securitySchemes: {
      apiKey: {
        type: 'http',
        scheme: 'bearer',
        description: `A secret API key (sk_test_..., sk_live_...), which may do everything, or a restricted one (rk_...) that was given the scope named at the operation; write includes read. Scopes: ${scopes.join(', ')}.`,
      },
      publishableKey: {
        type: 'http',
        scheme: 'bearer',
        description:
          "A publishable key (pk_test_..., pk_live_...), which is no secret: a merchant's web pages carry it. It opens the operations that name it, from pages of any origin, and is shown the shorter answer.",
      },
      session: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'The token of /auth/login.' },
      browserSession: {
        type: 'apiKey',
        in: 'cookie',
        name: 'micro_session',
        description:
          "The cookie of /auth/browser/sign_in, for the gateway's own pages; over TLS its name is __Host-micro_session. Where an API key is asked for, the header Micro-Mode names the mode (test or live); elsewhere it may. What is no GET carries the gateway's own Origin.",
      },
    },
    schemas: {
      ...expandableObjects,
      Error: {
        type: 'object',
        required: ['error'],
        properties: {
          error: {
            type: 'object',
            required: ['type', 'message'],
            properties: {
              type: { type: 'string' },
              code: { type: 'string' },
              doc_url: { type: 'string' },
              message: { type: 'string' },
              param: { type: 'string' },
            },
          },
        },
      },
    },
  },
}

/** An id that may be expanded is told as the id or the object. */
const showExpanded = (_key: string, value: unknown): unknown => {
  if (value === null || typeof value !== 'object') return value
  const { [expandableMark]: id, [includableMark]: member, ...plain } = value as Record<string, unknown>
  const kind = id ?? member
  if (typeof kind !== 'string') return value
  const choices = Array.isArray(plain['anyOf']) ? (plain['anyOf'] as object[]) : [plain]
  if (!Object.hasOwn(expandableObjects, kind)) return plain
  const object = { $ref: `#/components/schemas/${kind}` }
  return id === undefined
    ? { ...object, description: 'Only where it is asked for by expand.' }
    : { anyOf: [...choices, object] }
}

const text = `${JSON.stringify(document, showExpanded, 2)}\n`
await written('docs/openapi.json', text)
