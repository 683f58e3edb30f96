import {
  apiVersion,
  type Tenant,
  type WebhookDeliveryParam,
  type WebhookDeliverySettings,
  type WebhookEndpoint,
} from '@micro/contracts'
import { addMs, unixSeconds } from '@micro/kernel'

/** Why an endpoint is disabled. */
export type DisabledReason = 'requested' | 'failing' | 'gone'

/** A webhook endpoint as its row has it. */
export interface EndpointRow extends Tenant {
  readonly id: string
  readonly url: string
  readonly enabled_events: readonly string[]
  readonly api_version: string | null
  readonly description: string | null
  readonly metadata: Record<string, string>
  readonly status: 'enabled' | 'disabled'
  readonly disabled_reason: DisabledReason | null
  /** Sealed; null once it is deleted. */
  readonly secret: string | null
  readonly previous_secret: string | null
  readonly previous_secret_until: Date | null
  readonly signature: WebhookDeliverySettings['signature']
  readonly in_order: boolean
  readonly concurrency: number
  readonly rate: number | null
  readonly timeout_seconds: number
  readonly failing_since: Date | null
  readonly failures: number
  readonly created_at: Date
  readonly deleted_at: Date | null
}

type Settings = Pick<EndpointRow, 'signature' | 'in_order' | 'concurrency' | 'rate' | 'timeout_seconds'>

const defaults: Settings = { signature: 'stripe', in_order: false, concurrency: 8, rate: null, timeout_seconds: 15 }

/** How an endpoint is delivered to, after a caller said what of it is to be another. */
export const settingsAfter = (given: WebhookDeliveryParam | undefined, current: Settings = defaults): Settings => ({
  signature: given?.signature ?? current.signature,
  in_order: given?.order === undefined ? current.in_order : given.order === 'strict',
  concurrency: given?.concurrency ?? current.concurrency,
  rate: given?.rate === undefined ? current.rate : given.rate === '' ? null : given.rate,
  timeout_seconds: given?.timeout ?? current.timeout_seconds,
})

/** Where its secret is sealed for. */
export const secretPlace = (
  { merchant, mode, id }: Tenant & { readonly id: string },
  which: 'secret' | 'previous_secret' = 'secret',
): { tenant: string; row: string; purpose: string } => ({
  tenant: `${merchant}/${mode}`,
  row: id,
  purpose: `endpoint_${which}`,
})

/** The secret before this one, while it is to sign too. */
export const previousAt = (
  { previous_secret, previous_secret_until }: Pick<EndpointRow, 'previous_secret' | 'previous_secret_until'>,
  now: Date,
): string | null =>
  previous_secret_until !== null && previous_secret_until.getTime() > now.getTime() ? previous_secret : null

/** With a new secret; the one before signs too for so many seconds. */
export const rotated = (
  endpoint: EndpointRow,
  { secret, previous, graceSeconds, now }: { secret: string; previous: string; graceSeconds: number; now: Date },
): EndpointRow => ({
  ...endpoint,
  secret,
  previous_secret: graceSeconds === 0 ? null : previous,
  previous_secret_until: graceSeconds === 0 ? null : addMs(now, graceSeconds * 1000),
})

export const disabled = (endpoint: EndpointRow, reason: DisabledReason): EndpointRow =>
  endpoint.status === 'disabled' ? endpoint : { ...endpoint, status: 'disabled', disabled_reason: reason }

/** Enabled, with nothing held against it. */
export const enabled = (endpoint: EndpointRow): EndpointRow =>
  endpoint.status === 'enabled'
    ? endpoint
    : { ...endpoint, status: 'enabled', disabled_reason: null, failing_since: null, failures: 0 }

/** The version that events say they are of, where an endpoint is sent them. */
export const versionFor = ({ api_version }: Pick<EndpointRow, 'api_version'>): string => api_version ?? apiVersion

/** The public form; the secret is never in it. */
export const endpointToWire = (endpoint: EndpointRow, now: Date): WebhookEndpoint => ({
  id: endpoint.id,
  object: 'webhook_endpoint',
  api_version: endpoint.api_version,
  application: null,
  created: unixSeconds(endpoint.created_at),
  delivery: {
    concurrency: endpoint.concurrency,
    order: endpoint.in_order ? 'strict' : 'best_effort',
    rate: endpoint.rate,
    signature: endpoint.signature,
    timeout: endpoint.timeout_seconds,
  },
  description: endpoint.description,
  disabled_reason: endpoint.disabled_reason,
  enabled_events: [...endpoint.enabled_events],
  failing_since: endpoint.failing_since && unixSeconds(endpoint.failing_since),
  livemode: endpoint.mode === 'live',
  metadata: endpoint.metadata,
  previous_secret_until:
    previousAt(endpoint, now) === null || endpoint.previous_secret_until === null
      ? null
      : unixSeconds(endpoint.previous_secret_until),
  status: endpoint.status,
  url: endpoint.url,
})

/** A new endpoint, enabled. */
export const newEndpoint = (
  given: Tenant & Pick<EndpointRow, 'id' | 'url' | 'enabled_events' | 'api_version' | 'description' | 'metadata'>,
  { settings, secret, now }: { settings: Settings; secret: string; now: Date },
): EndpointRow => ({
  ...given,
  ...settings,
  secret,
  status: 'enabled',
  disabled_reason: null,
  previous_secret: null,
  previous_secret_until: null,
  failing_since: null,
  failures: 0,
  created_at: now,
  deleted_at: null,
})
