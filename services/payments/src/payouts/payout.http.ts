import { payoutsApi, successStatus, type Tenant } from '@micro/contracts'
import { currencies, Fault, payoutStep } from '@micro/kernel'
import type { Sql } from '@micro/postgres'
import {
  answerList,
  appendOutbox,
  mergeMetadata,
  ringOutbox,
  timeRangeOf,
  type Call,
  type Checks,
  type EmittedEvent,
  type Handlers,
} from '@micro/service'
import { checkAmountStep } from '../amount-step.ts'
import { recordMovement } from '../movements/movement.store.ts'
import { cancelPayout, isPayoutId, payoutToWire, type Payout } from './payout.ts'
import { findPayout, lockPayout, newerPayouts, olderPayouts, savePayout } from './payout.store.ts'
import { createPayoutMaker, movementOfPayout, type PayoutDependencies } from './payout.work.ts'
import { testBanks } from './test-banks.ts'

type Api = typeof payoutsApi
type ChangeCall = Call<Api['updatePayout']> | Call<Api['cancelPayout']>

const tenantOf = ({ principal: { merchant, mode } }: { principal: Tenant }): Tenant => ({ merchant, mode })
const textOrNull = (text: string | undefined): string | null => (text === undefined || text === '' ? null : text)
const missing = (id: string): Fault => new Fault('resource_missing', { resource: 'payout', id, param: 'payout' })

/** @throws Fault currency_unsupported, parameter_invalid, processor_not_configured, parameter_resource_missing */
export const payoutChecks: Checks<Api> = {
  createPayout({ body: { amount, destination, ...body }, principal }) {
    const currency = body.currency.toLowerCase()
    if (!currencies.has(currency)) throw new Fault('currency_unsupported', { currency, param: 'currency' })
    checkAmountStep(BigInt(amount), { currency, step: payoutStep(currency) })
    // No processor of live mode pays out yet, and the simulator never stands in for one.
    if (principal.mode === 'live') throw new Fault('processor_not_configured')
    if (destination !== undefined && !testBanks.has(destination))
      throw new Fault('parameter_resource_missing', {
        resource: 'external account',
        id: destination,
        param: 'destination',
      })
  },
}

export const payoutHandlers = (deps: PayoutDependencies): Handlers<Api> => {
  const { db, clock, newId, bus, config, merchantTime, movements } = deps
  const append = appendOutbox(deps)
  const make = createPayoutMaker(deps)

  const find = async (tenant: Tenant, id: string): Promise<Payout | undefined> =>
    isPayoutId(id) ? findPayout(db.sql, tenant, id) : undefined

  const lock = async (sql: Sql, call: ChangeCall): Promise<Payout> => {
    const { id } = call.params
    const payout = isPayoutId(id) ? await lockPayout(sql, tenantOf(call), id) : undefined
    if (payout === undefined) throw missing(id)
    return payout
  }

  /** Saves what a caller changed, with what is told of it and the answer under the caller's key. */
  const save = (sql: Sql, call: ChangeCall, { payout, event }: { payout: Payout; event: EmittedEvent }) => {
    const origin = { ...tenantOf(call), requestId: call.requestId, idempotencyKey: call.idempotency?.key ?? null }
    return Promise.all([
      savePayout(sql, payout),
      append(sql, origin, [event]),
      call.idempotency?.complete(sql, successStatus(payoutsApi.updatePayout, call.surface), payoutToWire(payout)),
    ])
  }

  return {
    async createPayout(call) {
      const { body } = call
      const payout = await make({
        ...tenantOf(call),
        amount: BigInt(body.amount),
        currency: body.currency.toLowerCase(),
        description: textOrNull(body.description),
        metadata: mergeMetadata({}, body.metadata),
        statement_descriptor: textOrNull(body.statement_descriptor),
        destination: body.destination ?? null,
        request_id: call.requestId,
        surface: call.surface,
        claim: call.idempotency,
      })
      return payoutToWire(payout)
    },

    async retrievePayout(call) {
      const payout = await find(tenantOf(call), call.params.id)
      if (payout === undefined) throw missing(call.params.id)
      return payoutToWire(payout)
    },

    async updatePayout(call) {
      const changed = await db.transaction(async (sql) => {
        const current = await lock(sql, call)
        const payout = { ...current, metadata: mergeMetadata(current.metadata, call.body.metadata) }
        const [object, before] = [payoutToWire(payout), payoutToWire(current)]
        await save(sql, call, { payout, event: { type: 'payout.updated', object, before } })
        return payout
      })
      ringOutbox(bus, 'payments')
      return payoutToWire(changed)
    },

    listPayouts: ({ principal, query }) => {
      const { status = null, destination = null, arrival_date } = query
      const filter = { status, destination, arrival: timeRangeOf(arrival_date) }
      return answerList(
        {
          query,
          url: payoutsApi.listPayouts.path,
          resource: 'payout',
          find: (id) => find(principal, id),
          older: (window) => olderPayouts(db.sql, principal, filter, window),
          newer: (window) => newerPayouts(db.sql, principal, filter, window),
        },
        payoutToWire,
      )
    },

    async cancelPayout(call) {
      const merchantNow = await merchantTime.now(tenantOf(call))
      const { payout, movement } = await db.transaction(async (sql) => {
        const id = newId('balance_transaction')
        const current = await lock(sql, call)
        if (current.processor !== null) throw new Fault('payout_of_processor', { payout: current.id })
        const payout = cancelPayout(current, id)
        const times = { merchantNow, now: clock.now(), postingLeaseMs: config.chargeLeaseMs }
        const movement = movementOfPayout(payout, { id, kind: 'payout_cancel', ...times })
        await save(sql, call, { payout, event: { type: 'payout.canceled', object: payoutToWire(payout) } })
        await recordMovement(sql, movement)
        return { payout, movement }
      })
      ringOutbox(bus, 'payments')
      await movements.post(movement)
      return payoutToWire(payout)
    },
  }
}
