/**
 * Reads compose.yaml the way docker-compose does, into the part of its language that the tests run. Every key and every
 * form of a value that is not in that part is refused, so that the file cannot come to say what no test looks at.
 */
import { readFileSync } from 'node:fs'
import Type, { type Static } from 'typebox'
import { Value } from 'typebox/value'
import { parse } from 'yaml'

const closed = { additionalProperties: false }
const text = Type.String({ minLength: 1 })
const words = Type.Array(text, { minItems: 1 })
const duration = Type.String({ pattern: '^[0-9]+s$' })

const mount = Type.String({ pattern: '^(\\./)?[\\w./-]+:/[\\w./-]+(:ro)?$' })
const port = Type.String({ pattern: '^[\\w.\\[\\]:-]+:[0-9-]+:[0-9]+$' })

const healthcheck = Type.Object(
  {
    test: Type.Array(Type.String(), { minItems: 2 }),
    interval: duration,
    timeout: duration,
    retries: Type.Integer({ minimum: 1 }),
    start_period: duration,
  },
  closed,
)

const service = Type.Object(
  {
    image: text,
    build: Type.Optional(Type.Literal('.')),
    command: words,
    user: Type.String({ pattern: '^[0-9]+:[0-9]+$' }),
    environment: Type.Optional(Type.Record(text, Type.Union([Type.String(), Type.Number()]))),
    volumes: Type.Array(mount),
    tmpfs: Type.Array(Type.String({ pattern: '^/[\\w/-]+$' })),
    ports: Type.Optional(Type.Array(port)),
    networks: Type.Optional(words),
    network_mode: Type.Optional(Type.Literal('none')),
    depends_on: Type.Optional(
      Type.Record(
        text,
        Type.Object(
          {
            condition: Type.Union([Type.Literal('service_healthy'), Type.Literal('service_completed_successfully')]),
          },
          closed,
        ),
      ),
    ),
    healthcheck: Type.Optional(healthcheck),
    restart: Type.Union([Type.Literal('unless-stopped'), Type.Literal('no')]),
    stop_grace_period: Type.Optional(duration),
    // What only a container engine can do; the tests look at the values.
    read_only: Type.Literal(true),
    cap_drop: Type.Array(Type.Literal('ALL'), { minItems: 1 }),
    cap_add: Type.Optional(words),
    security_opt: Type.Array(Type.Literal('no-new-privileges:true'), { minItems: 1 }),
    logging: Type.Object(
      { driver: Type.Literal('json-file'), options: Type.Object({ 'max-size': text, 'max-file': text }, closed) },
      closed,
    ),
  },
  closed,
)

const composeFile = Type.Object(
  {
    services: Type.Record(text, service),
    networks: Type.Record(
      text,
      Type.Object(
        { internal: Type.Optional(Type.Boolean()), driver_opts: Type.Optional(Type.Record(text, text)) },
        closed,
      ),
    ),
    volumes: Type.Record(text, Type.Object({}, closed)),
  },
  closed,
)

export type ComposeService = Static<typeof service>
export type ComposeFile = Static<typeof composeFile>

/** What stands in `.env`, or in the environment of whoever types docker-compose. */
export type Variables = Readonly<Record<string, string>>

/** `${NAME:-default}`, `${NAME}` and `$$`, within a text. */
const interpolate = (given: string, variables: Variables): string =>
  given.replace(
    /\$(?:\$|\{(\w+)(?::-([^}]*))?\}|)/g,
    (found, name: string | undefined, fallback: string | undefined) => {
      if (found === '$$') return '$'
      if (name === undefined) throw new Error(`compose: '${given}' has a $ that is neither $$ nor \${NAME:-default}`)
      const value = variables[name] ?? ''
      return value === '' ? (fallback ?? '') : value
    },
  )

const everywhere = (value: unknown, variables: Variables): unknown => {
  if (typeof value === 'string') return interpolate(value, variables)
  if (Array.isArray(value)) return value.map((each) => everywhere(each, variables))
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, everywhere(each, variables)]))
}

/** Reads the text of compose.yaml. @throws Error that names what the tests cannot run */
export const readCompose = (yaml: string, variables: Variables = {}): ComposeFile => {
  const document = parse(yaml, { merge: true }) as Record<string, unknown>
  // Extensions are templates for the rest, which has taken them in by now.
  const own = Object.fromEntries(Object.entries(document).filter(([name]) => !name.startsWith('x-')))
  const file = everywhere(own, variables)
  const problems = Value.Errors(composeFile, file).map(
    ({ instancePath, message, params }) => `${instancePath}: ${message} ${JSON.stringify(params)}`,
  )
  if (problems.length > 0) throw new Error(`compose.yaml says what the tests do not run:\n${problems.join('\n')}`)
  return file as ComposeFile
}

export const composeText = (root: string): string => readFileSync(`${root}compose.yaml`, 'utf8')

export const milliseconds = (given: string): number => Number(given.replace('s', '')) * 1000

/** Whom a service can reach by name: those with whom it shares a network, itself among them. */
export const reachableFrom = ({ services }: ComposeFile, name: string): string[] => {
  const own = services[name]?.networks ?? []
  return Object.entries(services)
    .filter(([, { networks = [] }]) => networks.some((network) => own.includes(network)))
    .map(([other]) => other)
}
