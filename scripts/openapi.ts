// Writes docs/openapi.json from the contracts; with --check only says whether it is up to date.
import { readFile, writeFile } from 'node:fs/promises'
import { apis, pathsOf, scopes, successStatus, surfaceOf, type Route } from '@micro/contracts'
import { faultCatalogue, type FaultCode } from '@micro/kernel'
import type { TSchema } from 'typebox'

const target = new URL('../docs/openapi.json', import.meta.url)
const { version } = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string
}

interface ObjectSchema {
  properties?: Record<string, object>
  required?: string[]
}

const parameters = (place: 'path' | 'query', schema: TSchema | undefined): object[] => {
  const { properties = {}, required = [] } = (schema ?? {}) as ObjectSchema
  return Object.entries(properties).map(([name, each]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    ...('properties' in each || 'anyOf' in each ? { style: 'deepObject', explode: true } : {}),
    schema: each,
  }))
}

// OpenAPI 3.1 takes what a caller must hold as the list beside the scheme; every key may ask about itself.
const securityOf = ({ access, scope }: Route): object[] =>
  access.includes('public')
    ? []
    : access.map((each) =>
        each === 'secret_key' ? { apiKey: scope === undefined || scope === 'self' ? [] : [scope] } : { session: [] },
      )

/** What everyone who needs a credential should expect. */
const credentialFaults = ({ access, scope }: Route): FaultCode[] => [
  ...(access.includes('public') ? [] : (['api_key_missing'] as const)),
  ...(access.includes('secret_key') ? (['api_key_expired'] as const) : []),
  ...(scope === undefined || scope === 'self' ? [] : (['more_permissions_required'] as const)),
]

const faultResponses = (codes: readonly FaultCode[]): Record<string, object> => {
  const byStatus = Map.groupBy(codes, (code) => faultCatalogue[code].status)
  const content = { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } }
  return Object.fromEntries(
    [...byStatus]
      .toSorted(([a], [b]) => a - b)
      .map(([status, each]) => [String(status), { description: each.join(', '), content }]),
  )
}

/** What a success may be: one body, or a stream in the formats of which the caller's Accept header names one. */
const contentOf = ({ response, stream }: Route): Record<string, object> => ({
  ...(stream?.always === true ? {} : { 'application/json': { schema: response } }),
  ...(stream?.formats.includes('ndjson') === true
    ? {
        'application/x-ndjson': {
          schema: { description: 'One line; an {"error": …} line ends a stream that broke.', ...stream.line },
        },
      }
    : {}),
  ...(stream?.formats.includes('csv') === true ? { 'text/csv': { schema: { type: 'string' } } } : {}),
})

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
  return {
    operationId: path === route.path ? id : `${id}Original`,
    summary: route.summary,
    tags: [route.service],
    security: securityOf(route),
    parameters: [
      ...parameters('path', route.params),
      ...parameters('query', route.query),
      ...(route.idempotent === true ? [idempotency] : []),
    ],
    ...(route.body === undefined
      ? {}
      : { requestBody: { content: Object.fromEntries(media.map((type) => [type, { schema: route.body }])) } }),
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
      session: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'The token of /auth/login.' },
    },
    schemas: {
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
              message: { type: 'string' },
              param: { type: 'string' },
            },
          },
        },
      },
    },
  },
}

const text = `${JSON.stringify(document, null, 2)}\n`
const current = await readFile(target, 'utf8').catch(() => '')
if (!process.argv.includes('--check')) {
  await writeFile(target, text)
  console.log(`docs/openapi.json: ${Object.keys(paths).length} paths`)
} else if (current !== text) {
  console.error('docs/openapi.json does not match the contracts. Write it anew with: make openapi')
  process.exitCode = 1
}
