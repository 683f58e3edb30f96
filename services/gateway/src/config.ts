import { isIP } from 'node:net'
import { isLoopback, readEnvironment, readSettings, type Environment, type ProcessConfig } from '@micro/service'
import { isSite } from './sites/site-files.ts'
import { readTlsFiles, type TlsFiles } from './tls-files.ts'

/** Bounds of the WebSocket stream. Times in milliseconds. */
export interface StreamConfig {
  readonly connectionsMax: number
  readonly connectionsPerKeyMax: number
  readonly connectionsPerMerchantMax: number
  readonly connectionsPerIpMax: number
  /** How long a new connection may take to send `resume`. */
  readonly resumeMsMax: number
  readonly pingMs: number
  /** How often the store is asked for what the bus may have lost. */
  readonly pollMs: number
  /** How often each open connection's credential is checked again, through the credential cache. */
  readonly verifyMs: number
  /** Bytes waiting in a socket above which a slow reader gets no more events for now. */
  readonly bufferedBytesMax: number
}

export interface GatewayConfig {
  readonly host: string
  /** 0 takes any free port. */
  readonly port: number
  /** Requests per rolling 60 s; 0 switches that limit off. */
  readonly limits: {
    readonly perKey: number
    /** Unauthenticated requests and failed credentials, per address (IPv6: per /64). */
    readonly perIp: number
    /** Register, log in, refresh: per address. */
    readonly login: number
  }
  /** Host names served besides those the listening address implies; `*` serves any. */
  readonly allowedHosts: readonly string[]
  /** Origins of browser pages that may call, e.g. `https://app.example.com`. */
  readonly allowedOrigins: readonly string[]
  /** Addresses or CIDR ranges whose X-Forwarded-For and X-Forwarded-Proto are believed. */
  readonly trustedProxies: readonly string[]
  /** The gateway listens on more than loopback, but what can be reached of it is loopback's: a container's port. */
  readonly publishedOnLoopback: boolean
  /** Undefined: plain HTTP. Holds a secret. */
  readonly tls: TlsFiles | undefined
  /** Folders of what browsers are shown. What is not there is not served. */
  readonly sites: { readonly dashboard: string | undefined; readonly docs: string | undefined }
  /** How many of the last requests of each merchant and mode are remembered for a look back; 0: none. */
  readonly requestLogMax: number
  /** How long `close` waits for requests under way. */
  readonly drainMs: number
  /** How long a verified credential is believed; with `stream.verifyMs` it makes the 5 s bound on revocation. */
  readonly credentialTtlMs: number
  readonly credentialNegativeTtlMs: number
  readonly stream: StreamConfig
}

const streamDefaults: StreamConfig = {
  connectionsMax: 10_000,
  connectionsPerKeyMax: 20,
  connectionsPerMerchantMax: 100,
  connectionsPerIpMax: 100,
  resumeMsMax: 10_000,
  pingMs: 20_000,
  pollMs: 2_000,
  verifyMs: 1_000,
  bufferedBytesMax: 1024 * 1024,
}

/** As the image has them, and the source once it is built. */
const builtSites = { dashboard: 'apps/dashboard/dist', docs: 'apps/docs/dist' }

const isHostName = (text: string): boolean =>
  text === '*' || /^(\[[0-9a-f:.]+\]|[a-z0-9]([a-z0-9.-]*[a-z0-9])?)(:\d{1,5})?$/i.test(text)
const isOrigin = (text: string): boolean => /^https?:\/\/[^/?#@\s]+$/i.test(text)
const isRange = (text: string): boolean => {
  const [address = '', bits, ...rest] = text.split('/')
  const version = isIP(address)
  if (version === 0 || rest.length > 0) return false
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128))
}

/**
 * Reads the gateway's settings, all but where it listens: MICRO_RATE_LIMIT, MICRO_IP_RATE_LIMIT,
 * MICRO_LOGIN_RATE_LIMIT, MICRO_ALLOWED_HOSTS, MICRO_ALLOWED_ORIGINS, MICRO_TRUSTED_PROXIES, MICRO_PUBLISHED_HOST,
 * MICRO_TLS_CERT_FILE, MICRO_TLS_KEY_FILE, MICRO_DASHBOARD_DIR, MICRO_DOCS_DIR, MICRO_REQUEST_LOG, MICRO_DRAIN_MS.
 * `built`: where the dashboard and the documentation are unless told; they need not be.
 * @throws ConfigurationError that names every wrong setting at once
 */
export const readGatewayConfig = (env: Environment, built = builtSites): Omit<GatewayConfig, 'host' | 'port'> => {
  const { text, list, complain, including, done, ...settings } = readSettings(env)
  const integer = (name: string, fallback: number, max: number) => settings.integer(name, { fallback, min: 0, max })
  const directory = (name: string, fallback: string): string => {
    const given = text(name, fallback)
    if (given !== fallback && !isSite(given)) complain(`${name} must be a folder with an index.html, got '${given}'`)
    return given
  }
  const tlsPaths = { cert: text('MICRO_TLS_CERT_FILE', ''), key: text('MICRO_TLS_KEY_FILE', '') }
  return done<Omit<GatewayConfig, 'host' | 'port'>>({
    limits: Object.freeze({
      perKey: integer('MICRO_RATE_LIMIT', 100, 100_000),
      perIp: integer('MICRO_IP_RATE_LIMIT', 60, 100_000),
      login: integer('MICRO_LOGIN_RATE_LIMIT', 30, 100_000),
    }),
    allowedHosts: list('MICRO_ALLOWED_HOSTS', { check: isHostName, expected: 'host names (or *)' }),
    allowedOrigins: list('MICRO_ALLOWED_ORIGINS', {
      check: isOrigin,
      expected: 'origins such as https://app.example.com',
    }),
    trustedProxies: list('MICRO_TRUSTED_PROXIES', { check: isRange, expected: 'addresses or CIDR ranges' }),
    publishedOnLoopback: isLoopback(text('MICRO_PUBLISHED_HOST', '')),
    tls: including(() => readTlsFiles(tlsPaths)),
    sites: Object.freeze({
      dashboard: directory('MICRO_DASHBOARD_DIR', built.dashboard),
      docs: directory('MICRO_DOCS_DIR', built.docs),
    }),
    requestLogMax: integer('MICRO_REQUEST_LOG', 1_000, 10_000),
    drainMs: integer('MICRO_DRAIN_MS', 10_000, 600_000),
    credentialTtlMs: 4_000,
    credentialNegativeTtlMs: 2_000,
    stream: Object.freeze(streamDefaults),
  })
}

/** How the gateway runs as a process of its own. */
export interface GatewayProcessConfig {
  readonly process: ProcessConfig
  readonly gateway: GatewayConfig
  /** Gateways side by side, which share each limit while Redis is away. */
  readonly replicas: number
  readonly urls: Readonly<Record<'auth' | 'payments' | 'ledger' | 'events', string>>
}

/** Reads the environment of the process; its address is HOST and PORT. @throws ConfigurationError that names everything that is wrong */
export const readGatewayProcess = (env: Environment = process.env): GatewayProcessConfig => {
  const settings = readEnvironment(env)
  const own = settings.process({ port: 8080, called: false })
  return settings.done({
    process: own,
    gateway: settings.including(() => ({
      ...readGatewayConfig(env),
      host: own.host,
      port: own.port,
      drainMs: own.drainMs,
    })),
    replicas: settings.integer('MICRO_GATEWAY_REPLICAS', { fallback: 1, min: 1, max: 1_000 }),
    urls: {
      auth: settings.peer('auth', 8081),
      payments: settings.peer('payments', 8082),
      ledger: settings.peer('ledger', 8083),
      events: settings.peer('events', 8084),
    },
  })
}
