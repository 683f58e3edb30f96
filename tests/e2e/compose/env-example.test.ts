import { readFileSync } from 'node:fs'
import { ConfigurationError, type Environment } from '@micro/service'
import {
  createAuthSecrets,
  createCheckpointKeys,
  createEncryptionKeys,
  newTokenKey,
  publicTokenKey,
} from '@micro/signing'
import { describe, expect, test } from 'vitest'
import { readAuthConfig, readAuthProcess } from '../../../services/auth/src/config.ts'
import { readEventsConfig, readEventsProcess } from '../../../services/events/src/config.ts'
import { readGatewayConfig, readGatewayProcess } from '../../../services/gateway/src/config.ts'
import { readLedgerConfig, readLedgerProcess } from '../../../services/ledger/src/config.ts'
import { readPaymentsConfig, readPaymentsProcess } from '../../../services/payments/src/config.ts'
import { readConfig } from '../../../apps/embedded/src/config.ts'
import { readServiceSettings } from '../../../apps/embedded/src/service-settings.ts'

const root = new URL('../../../', import.meta.url)
const example = readFileSync(new URL('.env.example', root), 'utf8')
const compose = readFileSync(new URL('compose.yaml', root), 'utf8')

const authSecrets = createAuthSecrets(new Date(0))
const checkpointKeys = createCheckpointKeys(new Date(0))
const encryptionKeys = createEncryptionKeys(new Date())
const kept = { authSecrets, checkpointKeys, encryptionKeys, checkpointsFile: '/data/checkpoints.ndjson' }

/** Everything that reads the environment. A new reader belongs in this list. */
const readers: Readonly<Record<string, (env: Environment) => unknown>> = {
  gateway: readGatewayProcess,
  auth: readAuthProcess,
  payments: readPaymentsProcess,
  ledger: readLedgerProcess,
  events: readEventsProcess,
  'the gateway by itself': readGatewayConfig,
  'auth by itself': (env) => readAuthConfig(env),
  'payments by itself': (env) => readPaymentsConfig(env),
  'the ledger by itself': (env) => readLedgerConfig(env),
  'events by itself': readEventsConfig,
  'all in one process': (env) => readServiceSettings(readConfig([], env), kept),
}

/** What has no one default: it must be given, is a list, or depends on the service or on what else is set. */
const withoutDefault = new Set([
  'PORT',
  'DB_DSN',
  'MIGRATE_DSN',
  'REDIS_URL',
  'MICRO_TOKEN_PRIVATE_KEY',
  'MICRO_TOKEN_PUBLIC_KEYS',
  'MICRO_AUTH_SECRETS',
  'MICRO_CHECKPOINT_KEYS',
  'MICRO_ENCRYPTION_KEYS',
  'MICRO_CHECKPOINTS_FILE',
  'MICRO_ALLOWED_HOSTS',
  'MICRO_ALLOWED_ORIGINS',
  'MICRO_TRUSTED_PROXIES',
  'MICRO_PUBLIC_URL',
  'MICRO_PUBLISHED_HOST',
  'MICRO_REGISTRATION',
  'MICRO_WEBHOOK_NETWORKS',
  'MICRO_DASHBOARD_DIR',
  'MICRO_DOCS_DIR',
  'MICRO_TLS_CERT_FILE',
  'MICRO_TLS_KEY_FILE',
  'METRICS_PORT',
  'OTEL_EXPORTER_OTLP_ENDPOINT',
])

/** What the services cannot start without. */
const required: Environment = {
  DB_DSN: 'postgres://app:secret@127.0.0.1/db',
  REDIS_URL: 'redis://127.0.0.1:6379',
  MICRO_TOKEN_PRIVATE_KEY: JSON.stringify(newTokenKey('service')),
  MICRO_TOKEN_PUBLIC_KEYS: JSON.stringify({ gateway: [publicTokenKey(newTokenKey('gateway'))] }),
  MICRO_AUTH_SECRETS: authSecrets,
  MICRO_CHECKPOINT_KEYS: checkpointKeys,
}

/** `#NAME=value` is a setting with its default; `# a sentence` is a comment. */
const documented = new Map(
  [...example.matchAll(/^#?([A-Z][A-Z0-9_]*)=(.*)$/gm)].map(([, name = '', value = '']) => [name, value]),
)
/** `${NAME:-default}` in compose.yaml. */
const interpolated = new Map(
  [...compose.matchAll(/\$\{([A-Z][A-Z0-9_]*):-([^}]*)\}/g)].map(([, name = '', value = '']) => [name, value]),
)

const asked = (read: (env: Environment) => unknown): Set<string> => {
  const names = new Set<string>()
  const recording = new Proxy<Record<string, string | undefined>>(
    {},
    {
      get(_target, name) {
        if (typeof name === 'string') names.add(name)
        return undefined
      },
    },
  )
  try {
    read(recording)
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
  }
  return names
}

const everyAsked = new Set(Object.values(readers).flatMap((read) => [...asked(read)]))

test('each setting stands in .env.example once, and is read by something', () => {
  const lines = [...example.matchAll(/^#?([A-Z][A-Z0-9_]*)=/gm)].map(([, name]) => name)
  expect(lines).toEqual([...new Set(lines)])
  const known = new Set([...everyAsked, ...interpolated.keys()])
  expect([...documented.keys()].toSorted()).toEqual([...known].toSorted())
})

describe('its default in .env.example is the one in the code', () => {
  for (const [name, value] of [...documented].filter(([each]) => everyAsked.has(each)))
    test(name, () => {
      expect(value === '', 'it has a default, or belongs in the list of those without').toBe(withoutDefault.has(name))
      if (value === '') return
      for (const read of Object.values(readers)) expect(read({ ...required, [name]: value })).toEqual(read(required))
    })
})

test('compose.yaml leaves each default to the code, and has those of its own from .env.example', () => {
  for (const [name, value] of interpolated)
    expect([name, value]).toEqual([name, everyAsked.has(name) ? '' : documented.get(name)])
})

test('compose.yaml hands on every setting that it does not make itself', () => {
  const made = new Set(
    ['HOST', 'METRICS_HOST', ...withoutDefault].filter(
      (name) => !/^(MICRO_(ALLOWED|TRUSTED|REGISTRATION|TLS)|METRICS_PORT|OTEL)/.test(name),
    ),
  )
  const missing = [...everyAsked].filter(
    (name) => !name.endsWith('_SERVICE_URL') && !made.has(name) && !interpolated.has(name),
  )
  expect(missing).toEqual([])
})

describe('whatever is wrong in the whole file is told at once', () => {
  for (const [name, read] of Object.entries(readers))
    test(name, () => {
      // Nothing is right that begins like this: no number, word, URL, host name or JSON.
      const wrong = Object.fromEntries([...documented.keys()].map((each) => [each, '\u0001 no']))
      let told: readonly string[] = []
      try {
        read(wrong)
      } catch (error) {
        told = (error as ConfigurationError).problems
      }
      // What takes any text: an address, and what only chooses another default.
      const anyText = new Set(['HOST', 'METRICS_HOST', 'MICRO_PUBLISHED_HOST'])
      // The gateway judges it; auth asks only whether there is any.
      if (name === 'auth') anyText.add('MICRO_TRUSTED_PROXIES')
      const unnamed = [...asked(read)].filter(
        (each) => !anyText.has(each) && documented.has(each) && !told.some((problem) => problem.includes(each)),
      )
      expect(unnamed).toEqual([])
    })
})
