import { readAuthConfig } from '@micro/auth'
import { readEventsConfig } from '@micro/events'
import { isLocal, readGatewayConfig } from '@micro/gateway'
import { readLedgerConfig } from '@micro/ledger'
import { readPaymentsConfig } from '@micro/payments'
import { isLoopback, readObserveConfig, readSettings } from '@micro/service'
import type { EmbeddedConfig } from './config.ts'

/** Strangers may register where only this machine's users reach it; elsewhere only when the operator says so. */
const registrationDefault = ({ host, env }: EmbeddedConfig): string => {
  const local = isLocal({ host, publishedOnLoopback: isLoopback(env['MICRO_PUBLISHED_HOST'] ?? '') })
  return env['MICRO_REGISTRATION'] ?? (local ? 'open' : 'closed')
}

/** Every service's settings, read before anything is started. @throws ConfigurationError naming all that is wrong */
export const readServiceSettings = (config: EmbeddedConfig, authSecrets: string) => {
  const { env } = config
  const { including, done } = readSettings(env)
  return done({
    auth: including(() => readAuthConfig({ ...env, MICRO_REGISTRATION: registrationDefault(config) }, authSecrets)),
    ledger: including(() => readLedgerConfig(env)),
    payments: including(() => readPaymentsConfig(env)),
    events: including(() => readEventsConfig(env)),
    observe: including(() => readObserveConfig(env)),
    gateway: including(() => ({ ...readGatewayConfig(env), host: config.host, port: config.port })),
  })
}

export type ServiceSettings = ReturnType<typeof readServiceSettings>
