import { fileURLToPath } from 'node:url'
import { readAuthConfig } from '@micro/auth'
import { readEventsConfig } from '@micro/events'
import { isLocal, readGatewayConfig } from '@micro/gateway'
import { readLedgerConfig } from '@micro/ledger'
import { readPaymentsConfig } from '@micro/payments'
import { isLoopback, readObserveConfig, readSettings } from '@micro/service'
import type { EmbeddedConfig } from './config.ts'

/** Whether only this machine's users reach it, and no proxy sends others on. */
const isReachedFromHereOnly = ({ host, env }: Pick<EmbeddedConfig, 'host' | 'env'>): boolean =>
  isLocal({ host, publishedOnLoopback: isLoopback(env['MICRO_PUBLISHED_HOST'] ?? '') }) &&
  (env['MICRO_TRUSTED_PROXIES'] ?? '').trim() === ''

/** Strangers may register where only this machine's users reach it; elsewhere only when the operator says so. */
const registrationDefault = (config: EmbeddedConfig): string =>
  config.env['MICRO_REGISTRATION'] ?? (isReachedFromHereOnly(config) ? 'open' : 'closed')

/** Webhooks may go to this machine where only its users reach Micro; elsewhere only when the operator says so. */
const webhookNetworks = ({ host, env }: EmbeddedConfig): string => {
  const given = (env['MICRO_WEBHOOK_NETWORKS'] ?? '').trim()
  if (given !== '') return given
  return isReachedFromHereOnly({ host, env }) ? 'loopback' : 'none'
}

// From here and from what a bundle of this lies in, as deep.
const built = (app: string): string => fileURLToPath(new URL(`../../${app}/dist`, import.meta.url))
const builtSites = { dashboard: built('dashboard'), docs: built('docs') }

/** What an installation keeps of its own, apart from the environment. */
export interface Kept {
  readonly authSecrets: string
  readonly checkpointKeys: string
  readonly encryptionKeys: string
  readonly checkpointsFile: string
}

/** Every service's settings, read before anything is started. @throws ConfigurationError naming all that is wrong */
export const readServiceSettings = (
  config: EmbeddedConfig,
  { authSecrets, checkpointKeys, encryptionKeys, checkpointsFile }: Kept,
) => {
  const { env } = config
  const { including, done } = readSettings(env)
  return done({
    auth: including(() => readAuthConfig({ ...env, MICRO_REGISTRATION: registrationDefault(config) }, authSecrets)),
    ledger: including(() => readLedgerConfig(env, { checkpointKeys, checkpointsFile })),
    payments: including(() => readPaymentsConfig(env, encryptionKeys)),
    events: including(() =>
      readEventsConfig({ ...env, MICRO_WEBHOOK_NETWORKS: webhookNetworks(config) }, encryptionKeys),
    ),
    observe: including(() => readObserveConfig(env)),
    gateway: including(() => ({
      ...readGatewayConfig(env, builtSites),
      host: config.host,
      port: config.port,
    })),
  })
}

export type ServiceSettings = ReturnType<typeof readServiceSettings>
