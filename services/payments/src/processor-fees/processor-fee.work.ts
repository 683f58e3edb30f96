import type { Tenant } from '@micro/contracts'
import type { ChargeDependencies } from '../charges/charge.work.ts'
import { recordMovement } from '../movements/movement.store.ts'
import type { Movement } from '../movements/movement.ts'
import { lockIntent } from '../payment-intents/payment-intent.store.ts'
import type { SettlementLine } from '../processors/settling.ts'
import { movementOfFee, type DueFee } from './processor-fee.ts'
import { findDueFees, isFeeBooked, markFeeBooked } from './processor-fee.store.ts'

const pageSize = 100
/** What is more than that has its turn with the next sweep. */
const pagesMax = 100

export interface FeeWork {
  /** Books what a processor told it kept, by these lines, of movements that are here; each once. Throws what failed, last. */
  book(tenant: Tenant, lines: readonly SettlementLine[]): Promise<void>
  /** As `book`, of whatever was told and is not booked yet; up to 10,000 lines at a time. */
  sweep(tenant: Tenant): Promise<void>
}

export const createFeeWork = (deps: ChargeDependencies): FeeWork => {
  const { db, clock, config, log, merchantTime, movements, newId } = deps

  const bookOne = async (due: DueFee): Promise<void> => {
    if (due.currency !== due.movement_currency) {
      // It never can be booked, so it is looked at once: a sweep must not meet it again each time.
      if (await markFeeBooked(db.sql, due))
        log.error({ line: due.line, currency: due.currency }, 'processor_fee.in_another_currency')
      return
    }
    const merchantNow = await merchantTime.now(due)
    const movement = await db.transaction(async (sql): Promise<Movement | undefined> => {
      await lockIntent(sql, due, due.payment_intent)
      if (!(await markFeeBooked(sql, due))) return undefined
      const made = movementOfFee(due, {
        id: newId('balance_transaction'),
        now: clock.now(),
        merchantNow,
        postingLeaseMs: config.chargeLeaseMs,
      })
      if (await isFeeBooked(sql, due, made)) {
        // A line that was told twice has its fee twice: reconciliation names the line.
        log.error({ line: due.line, source: due.source }, 'processor_fee.told_twice')
        return undefined
      }
      await recordMovement(sql, made)
      return made
    })
    if (movement !== undefined) await movements.post(movement)
  }

  /** One that cannot be booked now keeps no other from it: whoever asked is told once all have been tried. */
  const bookAll = async (tenant: Tenant, lines: readonly string[] | null): Promise<void> => {
    const failures: unknown[] = []
    let after = ''
    for (let pages = 0; pages < pagesMax; pages++) {
      const due = await findDueFees(db.sql, tenant, { after, limit: pageSize, lines })
      for (const each of due)
        try {
          await bookOne(each)
        } catch (error) {
          log.error({ err: error, line: each.line, source: each.source }, 'processor_fee.not_booked')
          failures.push(error)
        }
      const last = due.at(-1)
      if (last === undefined || due.length < pageSize) break
      after = last.line
    }
    if (failures.length > 0) throw new AggregateError(failures, `${failures.length} fees could not be booked`)
  }

  return {
    async book(tenant, lines) {
      if (lines.length === 0) return
      await bookAll(
        tenant,
        lines.map(({ id }) => id),
      )
    },
    sweep: (tenant) => bookAll(tenant, null),
  }
}
