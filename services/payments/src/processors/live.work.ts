import type { Tenant } from '@micro/contracts'
import { assert, Fault, type Clock } from '@micro/kernel'
import type { Database } from '@micro/postgres'
import { within } from '@micro/service'
import { open, type EncryptionKey, type Rotating } from '@micro/signing'
import { keyPlace, type ConfiguredProcessor } from './configured.ts'
import { findProcessor, listProcessors } from './configured.store.ts'
import type { LiveProcessors } from './live.ts'
import { findSent, findSentRefund } from './live.store.ts'
import type { Processor } from './processor.ts'
import { liveDisputes } from './live-disputes.work.ts'
import { clientOf, stripeAccount, type Connection, type SentCharge, type StripeAccount } from './stripe.work.ts'
import { stripePages } from './stripe-pages.work.ts'
import { stripeTeller } from './stripe-telling.work.ts'

/** Somebody waits for it. */
const checkMsMax = 5_000

interface LiveDependencies {
  readonly db: Database
  readonly keys: Rotating<EncryptionKey> | undefined
  readonly clock: Clock
  /** Sends requests; another one in tests. */
  readonly fetch?: typeof globalThis.fetch
}

/** Live mode: what merchants configured. Keys are opened for a call, and kept nowhere. */
export const liveProcessors = ({ db, clock, keys, fetch }: LiveDependencies): LiveProcessors => {
  const connectionTo = (processor: ConfiguredProcessor, signal?: AbortSignal): Connection => {
    assert(keys !== undefined, 'there are no encryption keys to open the key of a processor with')
    const secretKey = open(keys, keyPlace(processor), processor.secret_key)
    return { url: processor.url, secretKey, clock, signal, fetch }
  }
  const connect = (processor: ConfiguredProcessor, signal: AbortSignal): StripeAccount =>
    stripeAccount(connectionTo(processor, signal))

  const configured = async (tenant: Tenant, id: string): Promise<ConfiguredProcessor> => {
    const processor = await findProcessor(db.sql, tenant, id)
    assert(processor !== undefined, `processor ${id} is gone`)
    return processor
  }

  const inUse = async (tenant: Tenant): Promise<readonly ConfiguredProcessor[]> =>
    keys === undefined ? [] : (await listProcessors(db.sql, tenant)).filter(({ removed_at }) => removed_at === null)

  const sentTo = async (
    tenant: Tenant,
    id: string,
    signal: AbortSignal,
  ): Promise<{ account: StripeAccount; charge: SentCharge }> => {
    const sent = await findSent(db.sql, tenant, id)
    assert(sent !== undefined && sent.processor !== null, `charge ${id} was sent to no processor`)
    const processor = await configured(tenant, sent.processor)
    return {
      account: connect(processor, signal),
      charge: {
        id,
        sentAt: sent.created_at,
        processorId: sent.processor_id,
        amount: sent.amount,
        currency: sent.currency,
        captureMethod: sent.capture_method,
      },
    }
  }

  const refundedAt = async (tenant: Tenant, chargeId: string, signal: AbortSignal) => {
    const { account, charge } = await sentTo(tenant, chargeId, signal)
    assert(charge.processorId !== null, `charge ${chargeId} is refunded and did not succeed`)
    return { account, intent: charge.processorId }
  }

  const sentRefund = async (tenant: Tenant, id: string, signal: AbortSignal) => {
    const refund = await findSentRefund(db.sql, tenant, id)
    assert(refund !== undefined, `refund ${id} is gone`)
    return { ...refund, ...(await refundedAt(tenant, refund.charge, signal)) }
  }

  const of = (tenant: Tenant): Processor => ({
    // What its holder has to prove the charge itself tells, as a decline.
    challenges: () => false,
    charge: async (request, signal) => (await sentTo(tenant, request.id, signal)).account.charge(request),
    async find(id, signal) {
      const { account, charge } = await sentTo(tenant, id, signal)
      return account.find(charge)
    },
    async capture({ id, amount }, signal) {
      const { account, charge } = await sentTo(tenant, id, signal)
      return account.capture(charge, amount)
    },
    async findCapture(id, signal) {
      const { account, charge } = await sentTo(tenant, id, signal)
      return account.findCapture(charge)
    },
    async void(id, signal) {
      const { account, charge } = await sentTo(tenant, id, signal)
      await account.void(charge)
    },
    async verify() {
      throw new Fault((await inUse(tenant)).length === 0 ? 'processor_not_configured' : 'live_method_not_kept')
    },
    refunds: {
      async send(request, signal) {
        const { account, intent } = await refundedAt(tenant, request.charge, signal)
        return account.refund(request, intent)
      },
      async find(id, signal) {
        const { account, intent, ...refund } = await sentRefund(tenant, id, signal)
        return account.findRefund({ ...refund, id }, intent)
      },
      async cancel(id, signal) {
        const { account, processor_id } = await sentRefund(tenant, id, signal)
        assert(processor_id !== null, `refund ${id} is canceled and was not sent`)
        return account.cancelRefund(processor_id)
      },
    },
    disputes: liveDisputes({
      db,
      tenant,
      clientFor: async (id) => clientOf(connectionTo(await configured(tenant, id))),
    }),
    // They come by webhook, into an inbox of their own.
    reports: { read: () => Promise.resolve([]), acknowledge: () => Promise.resolve() },
    settlement: undefined,
  })

  return {
    of,
    list: inUse,
    async teller(tenant, id) {
      return stripeTeller({ stripe: clientOf(connectionTo(await configured(tenant, id))), processor: id })
    },
    pages(tenant, id) {
      const at = async (signal: AbortSignal) => stripePages(connectionTo(await configured(tenant, id), signal))
      return {
        make: async (request, signal) => (await at(signal)).make(request),
        find: async (sent, signal) => (await at(signal)).find(sent),
        close: async (sent, signal) => (await at(signal)).close(sent),
      }
    },
    check: ({ url, secretKey, payment }) =>
      within(checkMsMax, (signal) => stripeAccount({ url, secretKey, clock, signal, fetch }).check(payment)).catch(
        () => 'unknown',
      ),
    async describe(tenant, paymentMethod, signal) {
      for (const processor of await inUse(tenant)) {
        const card = await connect(processor, signal).describe(paymentMethod)
        if (card !== undefined) return card
      }
      return undefined
    },
  }
}
