import type { Tenant } from '@micro/contracts'
import { Fault, type Clock, type NewId } from '@micro/kernel'
import type { Database, Sql } from '@micro/postgres'
import { isBareNumber, within, type EmittedEvent, type Logger } from '@micro/service'
import type { PaymentsConfig } from '../config.ts'
import { merchantNow } from '../merchant-clocks/merchant-now.ts'
import type { MerchantTime } from '../merchant-clocks/merchant-time.ts'
import { processorFor, type Processor, type Processors, type Verification } from '../processors/processor.ts'
import { testCardFace } from './card-aliases.ts'
import {
  adoptedPaymentMethod,
  attachPaymentMethod,
  mintPaymentMethod,
  paymentMethodToWire,
  type PaymentMethod,
  type PaymentMethodDetails,
} from './payment-method.ts'
import { isPaymentMethodId } from './payment-method.ids.ts'
import * as tokens from '../tokens/token.use.ts'
import {
  adoptPaymentMethod,
  findPaymentMethod,
  insertPaymentMethod,
  lockPaymentMethod,
  savePaymentMethod,
} from './payment-method.store.ts'

export interface PaymentMethodDependencies {
  readonly db: Database
  readonly clock: Clock
  readonly newId: NewId
  readonly log: Logger
  readonly config: PaymentsConfig
  readonly processors: Processors
  readonly merchantTime: Pick<MerchantTime, 'remembered'>
}

/** What a parameter names; `isNew`: it was made of an alias or a token, and is not stored. */
export interface Named {
  readonly method: PaymentMethod
  readonly isNew: boolean
}

export interface PaymentMethodWork {
  /**
   * As resolvePaymentMethod, but what is new is left to the caller to store, in the same database transaction: whatever has
   * become of it by then, it is written once.
   */
  resolve(sql: Sql, tenant: Tenant, idOrAlias: string, param?: string): Promise<Named>
  /** As mint, likewise. */
  make: PaymentMethodWork['mint']
  /**
   * The payment method that a parameter names: by id, or in test mode by an alias such as `pm_card_visa` or a token such
   * as `tok_visa`, of which each use makes a new one, in the caller's database transaction. A token of a payer's page is used
   * once.
   * @throws Fault parameter_resource_missing, card_number_refused, token_already_used
   */
  resolvePaymentMethod(sql: Sql, tenant: Tenant, idOrAlias: string, param?: string): Promise<PaymentMethod>
  /**
   * In live mode: takes over what of a payment method is to be seen from the processor that keeps it, by the processor's own
   * id, so that it is found from then on. Before any database transaction that uses it: it asks the processor.
   * @throws Fault processor_not_configured, processing_error when there is no answer
   */
  adopt(tenant: Tenant, id: string): Promise<void>
  /** As resolvePaymentMethod, locked. The lock of the customer it is attached to, or is to be, comes first. */
  lockNamed(sql: Sql, tenant: Tenant, idOrAlias: string, param?: string): Promise<PaymentMethod>
  /** What the processor knows that payment method by, without making one. @throws as resolvePaymentMethod */
  processorMethodOf(sql: Sql, tenant: Tenant, idOrAlias: string, param?: string): Promise<string>
  /** A new one of a token. @throws Fault parameter_resource_missing, card_number_refused, processor_not_configured */
  mint(
    sql: Sql,
    tenant: Tenant,
    token: string,
    given: { param: string; details: PaymentMethodDetails },
  ): Promise<PaymentMethod>
  /**
   * Asks the processor whether the card can be kept for later. Moves nothing, so it may be asked again at any time.
   * @throws Fault processor_not_configured, processing_error when there is no answer
   */
  verify(tenant: Tenant, processorMethod: string): Promise<Verification>
  /** Attaches a locked payment method to a locked customer. @throws Fault payment_method_unexpected_state */
  attach(sql: Sql, method: PaymentMethod, customer: string): Promise<{ method: PaymentMethod; events: EmittedEvent[] }>
}

/** Stores what is new as it is. */
export const storeNew = (sql: Sql, { method, isNew }: Named): PaymentMethod => {
  // Sent along with what comes next, which fails when it does.
  if (isNew) insertPaymentMethod(sql, method).catch(() => {})
  return method
}

export const createPaymentMethodWork = (deps: PaymentMethodDependencies): PaymentMethodWork => {
  const { clock, newId, log, config } = deps

  const missing = (id: string, param: string): Fault =>
    isBareNumber(id)
      ? new Fault('card_number_refused', { param })
      : new Fault('parameter_resource_missing', { resource: 'PaymentMethod', id, param })

  const mintTestCard = async (
    sql: Sql,
    { merchant, mode }: Tenant,
    alias: string,
    details?: PaymentMethodDetails,
  ): Promise<PaymentMethod | undefined> => {
    const now = clock.now()
    const token = await tokens.take(sql, { merchant, mode, id: alias, now })
    const name = token?.processor_method ?? alias
    const face = mode === 'test' ? testCardFace(name) : undefined
    if (face === undefined) return undefined
    const identity = {
      id: newId('payment_method'),
      merchant,
      mode,
      now: deps.merchantTime.remembered({ merchant, mode }) ?? (await merchantNow(sql, { merchant, mode }, clock)),
    }
    return mintPaymentMethod(identity, { alias: name, face, entered: token }, details)
  }

  const resolveWith =
    (find: typeof findPaymentMethod): PaymentMethodWork['resolve'] =>
    async (sql, tenant, idOrAlias, param = 'payment_method') => {
      const isNew = !isPaymentMethodId(idOrAlias)
      const method = isNew ? await mintTestCard(sql, tenant, idOrAlias) : await find(sql, tenant, idOrAlias)
      if (method === undefined) throw missing(idOrAlias, param)
      return { method, isNew }
    }
  const resolve = resolveWith(findPaymentMethod)
  const lock = resolveWith(lockPaymentMethod)
  const resolvePaymentMethod: PaymentMethodWork['resolvePaymentMethod'] = async (sql, ...named) =>
    storeNew(sql, await resolve(sql, ...named))

  const make: PaymentMethodWork['make'] = async (sql, tenant, token, { param, details }) => {
    processorOf(tenant)
    const minted = token.startsWith('tok_') ? await mintTestCard(sql, tenant, token, details) : undefined
    if (minted !== undefined) return minted
    if (isBareNumber(token)) throw new Fault('card_number_refused', { param })
    throw new Fault('parameter_resource_missing', { resource: 'token', id: token, param })
  }

  const processorOf = (tenant: Tenant): Processor => {
    const processor = processorFor(deps.processors, tenant)
    if (processor === undefined) throw new Fault('processor_not_configured')
    return processor
  }

  const verify: PaymentMethodWork['verify'] = async (tenant, processorMethod) => {
    const processor = processorOf(tenant)
    try {
      return await within(config.processorTimeoutMs, (signal) => processor.verify(processorMethod, signal))
    } catch (error) {
      if (error instanceof Fault) throw error
      log.warn({ err: error }, 'payment_method.verification_unknown')
      throw new Fault('processing_error', {}, { cause: error })
    }
  }

  const adopt: PaymentMethodWork['adopt'] = async (tenant, id) => {
    const { live } = deps.processors
    if (tenant.mode !== 'live' || live === undefined || !isPaymentMethodId(id)) return
    if ((await findPaymentMethod(deps.db.sql, tenant, id)) !== undefined) return
    try {
      const card = await within(config.processorTimeoutMs, (signal) => live.describe(tenant, id, signal))
      if (card !== undefined)
        await adoptPaymentMethod(deps.db.sql, adoptedPaymentMethod({ ...tenant, id, now: clock.now() }, card))
    } catch (error) {
      if (error instanceof Fault) throw error
      log.warn({ err: error }, 'payment_method.not_described')
      throw new Fault('processing_error', {}, { cause: error })
    }
  }

  return {
    resolve,
    make,
    adopt,
    resolvePaymentMethod,
    lockNamed: async (sql, ...named) => storeNew(sql, await lock(sql, ...named)),
    async processorMethodOf(sql, tenant, idOrAlias, param = 'payment_method') {
      if (tenant.mode === 'test' && testCardFace(idOrAlias) !== undefined) return idOrAlias
      const token = await tokens.find(sql, tenant, idOrAlias)
      if (token !== undefined) return token.processor_method
      if (!isPaymentMethodId(idOrAlias)) throw missing(idOrAlias, param)
      return (await resolvePaymentMethod(sql, tenant, idOrAlias, param)).processor_method
    },
    mint: async (sql, ...asked) => storeNew(sql, { method: await make(sql, ...asked), isNew: true }),
    verify,
    async attach(sql, current, customer) {
      const method = attachPaymentMethod(current, customer)
      await savePaymentMethod(sql, method)
      return { method, events: [{ type: 'payment_method.attached', object: paymentMethodToWire(method) }] }
    },
  }
}
