import { secretGraceSeconds, webhookEndpointsMax, type Tenant, type webhookEndpointsApi } from '@micro/contracts'
import { Fault, type Clock, type NewId } from '@micro/kernel'
import type { Database, Sql } from '@micro/postgres'
import { answerList, mergeMetadata, unsettable, type Checks, type Handlers, type AuditWork } from '@micro/service'
import { newEndpointSecret, open, seal, type EncryptionKey, type Rotating } from '@micro/signing'
import { AddressRefusedError, type Guard } from '../addresses/guard.ts'
import { checkEnabledEvents, checkMayBeTold } from './enabled-events.ts'
import {
  disabled,
  enabled,
  endpointToWire,
  newEndpoint,
  rotated,
  secretPlace,
  settingsAfter,
} from './webhook-endpoint.ts'
import type { EndpointRow } from './webhook-endpoint.ts'
import {
  countEndpoints,
  findEndpoint,
  insertEndpoint,
  lockEndpoint,
  lockEndpoints,
  newerEndpoints,
  olderEndpoints,
  saveEndpoint,
  waitingLedgerTypes,
} from './webhook-endpoint.store.ts'

type Api = Omit<typeof webhookEndpointsApi, 'testWebhookEndpoint'>

export interface EndpointDependencies {
  readonly db: Database
  readonly clock: Clock
  readonly newId: NewId
  readonly guard: Guard
  readonly encryptionKeys: Rotating<EncryptionKey> | undefined
  readonly audit: Pick<AuditWork<'events'>, 'note'>
}

const missing = (id: string): Fault => new Fault('resource_missing', { resource: 'webhook_endpoint', id, param: 'id' })

const refused = (error: unknown): never => {
  if (error instanceof AddressRefusedError)
    throw new Fault('webhook_url_refused', { param: 'url', reason: error.message }, { cause: error })
  throw error
}

/** What can be told wrong without asking anybody. */
export const endpointChecks: Checks<Api> = {
  createWebhookEndpoint: ({ body }) => void checkEnabledEvents(body.enabled_events),
  updateWebhookEndpoint: ({ body }) => void checkEnabledEvents(body.enabled_events ?? []),
}

/** @throws Fault resource_missing */
export const foundEndpoint = async (sql: Sql, tenant: Tenant, id: string): Promise<EndpointRow> => {
  const endpoint = await findEndpoint(sql, tenant, id)
  if (endpoint === undefined) throw missing(id)
  return endpoint
}

/** What the audit log shows of an endpoint: where it sends what, and whether. Never a secret, nor what a URL may carry as one. */
const auditedOf = ({ url, enabled_events, status }: EndpointRow) => {
  const { origin, pathname } = new URL(url)
  return { url: `${origin}${pathname}`, enabled_events: [...enabled_events], status }
}

export const endpointHandlers = (deps: EndpointDependencies): Handlers<Api> => {
  const { db, clock, newId, guard, encryptionKeys, audit } = deps
  const keysOrFault = (): Rotating<EncryptionKey> => {
    if (encryptionKeys === undefined) throw new Fault('encryption_not_configured')
    return encryptionKeys
  }
  const locked = async (sql: Sql, tenant: Tenant, id: string): Promise<EndpointRow> => {
    const endpoint = await lockEndpoint(sql, tenant, id)
    if (endpoint === undefined) throw missing(id)
    return endpoint
  }

  return {
    async createWebhookEndpoint(call) {
      const { body, idempotency } = call
      const { merchant, mode } = call.principal
      const tenant = { merchant, mode }
      checkMayBeTold(body.enabled_events, call.principal)
      const keys = keysOrFault()
      await guard.check(body.url, mode).catch(refused)
      const id = newId('webhook_endpoint')
      const secret = newEndpointSecret()
      const now = clock.now()
      const endpoint = newEndpoint(
        {
          ...tenant,
          id,
          url: body.url,
          enabled_events: checkEnabledEvents(body.enabled_events),
          api_version: body.api_version ?? null,
          description: unsettable(body.description) ?? null,
          metadata: mergeMetadata({}, body.metadata),
        },
        { settings: settingsAfter(body.delivery), secret: seal(keys, secretPlace({ ...tenant, id }), secret), now },
      )
      const answer = { ...endpointToWire(endpoint, now), secret }
      await db.transaction(async (sql) => {
        await lockEndpoints(sql, tenant)
        if ((await countEndpoints(sql, tenant)) >= webhookEndpointsMax)
          throw new Fault('webhook_endpoints_too_many', { limit: webhookEndpointsMax, mode })
        await insertEndpoint(sql, endpoint)
        await audit.note(sql, call, { action: 'webhook_endpoint.created', subject: id, detail: auditedOf(endpoint) })
        await idempotency?.complete(sql, 200, answer)
      })
      return answer
    },

    retrieveWebhookEndpoint: async ({ principal, params }) =>
      endpointToWire(await foundEndpoint(db.sql, principal, params.id), clock.now()),

    async updateWebhookEndpoint(call) {
      const { principal, params, body, idempotency } = call
      if (body.url !== undefined) await guard.check(body.url, principal.mode).catch(refused)
      return db.transaction(async (sql) => {
        const current = await locked(sql, principal, params.id)
        // What it asked for once and still waits goes to the new address, too.
        const waiting = body.url === undefined ? [] : await waitingLedgerTypes(sql, principal, current.id)
        checkMayBeTold([...current.enabled_events, ...(body.enabled_events ?? []), ...waiting], principal)
        const changed: EndpointRow = {
          ...current,
          ...settingsAfter(body.delivery, current),
          url: body.url ?? current.url,
          enabled_events: body.enabled_events ? checkEnabledEvents(body.enabled_events) : current.enabled_events,
          description: body.description === undefined ? current.description : unsettable(body.description),
          metadata: mergeMetadata(current.metadata, body.metadata),
        }
        const saved =
          body.disabled === undefined ? changed : body.disabled ? disabled(changed, 'requested') : enabled(changed)
        await saveEndpoint(sql, saved)
        const detail = { before: auditedOf(current), after: auditedOf(saved) }
        await audit.note(sql, call, { action: 'webhook_endpoint.updated', subject: saved.id, detail })
        const answer = endpointToWire(saved, clock.now())
        await idempotency?.complete(sql, 200, answer)
        return answer
      })
    },

    async deleteWebhookEndpoint(call) {
      const { principal, params } = call
      await db.transaction(async (sql) => {
        const endpoint = await locked(sql, principal, params.id)
        const gone = { secret: null, previous_secret: null, previous_secret_until: null }
        await saveEndpoint(sql, { ...endpoint, ...gone, deleted_at: clock.now() })
        const detail = auditedOf(endpoint)
        await audit.note(sql, call, { action: 'webhook_endpoint.deleted', subject: endpoint.id, detail })
      })
      return { id: params.id, object: 'webhook_endpoint', deleted: true }
    },

    listWebhookEndpoints: ({ principal, query }) =>
      answerList(
        {
          query,
          url: '/v1/webhook_endpoints',
          resource: 'webhook_endpoint',
          find: (id) => findEndpoint(db.sql, principal, id),
          older: (window) => olderEndpoints(db.sql, principal, window),
          newer: (window) => newerEndpoints(db.sql, principal, window),
        },
        (endpoint) => endpointToWire(endpoint, clock.now()),
      ),

    async rotateWebhookSecret(call) {
      const { principal, params, body, idempotency } = call
      const keys = keysOrFault()
      return db.transaction(async (sql) => {
        const endpoint = await locked(sql, principal, params.id)
        const secret = newEndpointSecret()
        const now = clock.now()
        const before = open(keys, secretPlace(endpoint), endpoint.secret ?? '')
        const saved = rotated(endpoint, {
          secret: seal(keys, secretPlace(endpoint), secret),
          previous: seal(keys, secretPlace(endpoint, 'previous_secret'), before),
          graceSeconds: body.expires_in ?? secretGraceSeconds,
          now,
        })
        await saveEndpoint(sql, saved)
        const detail = { expires_in: body.expires_in ?? secretGraceSeconds }
        await audit.note(sql, call, { action: 'webhook_endpoint.secret_rotated', subject: saved.id, detail })
        const answer = { ...endpointToWire(saved, now), secret }
        await idempotency?.complete(sql, 200, answer)
        return answer
      })
    },
  }
}
