import { readAuthConfig } from '@micro/auth'
import { readEventsConfig } from '@micro/events'
import { isLocal, readGatewayConfig } from '@micro/gateway'
import { readLedgerConfig } from '@micro/ledger'
import { readPaymentsConfig } from '@micro/payments'
import { isLoopback, readObserveConfig, readSettings } from '@micro/service'
import type { EmbeddedConfig } from './config.ts'

/** Strangers may register where only this machine's users reach it, and no proxy sends others on; elsewhere only when the operator says so. */
const registrationDefault = ({ host, env }: EmbeddedConfig): string => {
  const local = isLocal({ host, publishedOnLoopback: isLoopback(env['MICRO_PUBLISHED_HOST'] ?? '') })
  const proxied = (env['MICRO_TRUSTED_PROXIES'] ?? '').trim() !== ''
  return env['MICRO_REGISTRATION'] ?? (local && !proxied ? 'open' : 'closed')
}

/** What an installation keeps of its own, apart from the environment. */
export interface Kept {
  readonly authSecrets: string
  readonly checkpointKeys: string
  readonly checkpointsFile: string
}

/** Every service's settings, read before anything is started. @throws ConfigurationError naming all that is wrong */
export const readServiceSettings = (config: EmbeddedConfig, { authSecrets, checkpointKeys, checkpointsFile }: Kept) => {
  const { env } = config
  const { including, done } = readSettings(env)
  return done({
    auth: including(() => readAuthConfig({ ...env, MICRO_REGISTRATION: registrationDefault(config) }, authSecrets)),
    ledger: including(() => readLedgerConfig(env, { checkpointKeys, checkpointsFile })),
    payments: including(() => readPaymentsConfig(env)),
    events: including(() => readEventsConfig(env)),
    observe: including(() => readObserveConfig(env)),
    gateway: including(() => ({ ...readGatewayConfig(env), host: config.host, port: config.port })),
  })
}

export type ServiceSettings = ReturnType<typeof readServiceSettings>
