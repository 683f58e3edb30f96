import type { Tenant } from '@micro/contracts'
import { Fault } from '@micro/kernel'
import type { Database, Sql } from '@micro/postgres'
import type { MerchantTime } from '../merchant-clocks/merchant-time.ts'
import type { LedgerClient } from '../movements/movement.work.ts'
import { referenceOf } from '../movements/posting.ts'
import { standingsOf, sumUp, type Amounts, type Standing } from './balance.ts'
import { findDrawn, findUnconfirmed, lockDrawn, sumPending } from './balance.store.ts'

const unconfirmedMax = 1_000
const looksMax = 3
const accountPrefix = 'sys_merchant_balance_'

/** What a merchant had when somebody looked, and what had been taken by then at the least. By currency. */
export interface Look {
  readonly total: Amounts
  readonly drawn: Amounts
  /** What was pending before: of the total at least so much less is available that somebody added meanwhile. */
  readonly pending: Amounts
}

/** Reads what merchants have: from the ledger, with what is on its way there. */
export interface BalanceWork {
  /** As of one moment, when nobody moves anything meanwhile. @throws Fault ledger_busy, upstream_unavailable */
  read(tenant: Tenant): Promise<ReadonlyMap<string, Standing>>
  /** @throws Fault ledger_busy, upstream_unavailable */
  look(tenant: Tenant, merchantNow: Date): Promise<Look>
}

export interface BalanceDependencies {
  readonly db: Database
  readonly ledger: LedgerClient
  readonly merchantTime: MerchantTime
}

const isSame = (a: Amounts, b: Amounts): boolean =>
  a.size === b.size && [...a].every(([currency, amount]) => b.get(currency) === amount)

export const createBalanceWork = ({ db, ledger, merchantTime }: BalanceDependencies): BalanceWork => {
  // In this order: what is taken after `drawn` was read may be counted twice by whoever goes by it, but never left out.
  const look = async (tenant: Tenant, merchantNow: Date): Promise<Look> => {
    const { merchant, mode } = tenant
    const pending = sumUp(await sumPending(db.sql, tenant, merchantNow))
    const drawn = sumUp(await findDrawn(db.sql, tenant))
    const unconfirmed = await findUnconfirmed(db.sql, tenant, unconfirmedMax)
    // Beyond the limit something taken might be left out. Nobody has this much on its way with a ledger that is well.
    if (unconfirmed.length === unconfirmedMax) throw new Fault('ledger_busy')
    const references = unconfirmed.map(referenceOf)
    const { balances, recorded } = await ledger.readSystemBalances({
      body: { merchant, mode, id_prefix: accountPrefix, references },
    })
    const known = new Set(recorded)
    const total = sumUp([
      ...balances.map(({ currency, balance_str }) => ({ currency, net: BigInt(balance_str) })),
      ...unconfirmed.filter((movement) => !known.has(referenceOf(movement))),
    ])
    return { total, drawn, pending }
  }

  return {
    look,
    async read(tenant) {
      const merchantNow = await merchantTime.now(tenant)
      const readPending = async () => sumUp(await sumPending(db.sql, tenant, merchantNow))
      let before = await readPending()
      for (let looks = 1; ; looks++) {
        const { total, drawn } = await look(tenant, merchantNow)
        const pending = await readPending()
        const still = isSame(before, pending) && isSame(drawn, sumUp(await findDrawn(db.sql, tenant)))
        if (still || looks === looksMax) return standingsOf(total, pending)
        before = pending
      }
    },
  }
}

/** What of a balance can be paid out at the least; when something was taken since the look, it may be more. */
export interface Available {
  readonly atLeast: bigint
  readonly atMost: bigint
}

/**
 * What is available of one balance, while nobody else can take from it: until the commit. What others add meanwhile is
 * either pending or does not count yet.
 */
export const lockAvailable = async (
  sql: Sql,
  tenant: Tenant,
  { currency, merchantNow, look }: { currency: string; merchantNow: Date; look: Look },
): Promise<Available> => {
  const drawn = await lockDrawn(sql, tenant, currency)
  const pending = sumUp(await sumPending(sql, tenant, merchantNow)).get(currency) ?? 0n
  const total = look.total.get(currency) ?? 0n
  // What was added since the look is pending now, and perhaps not in its total: that tells of less than there is.
  const before = look.pending.get(currency) ?? 0n
  // Of what was taken since the look, the ledger's total may have some already.
  const atLeast = total - pending + drawn - (look.drawn.get(currency) ?? 0n)
  return { atLeast, atMost: total - (before < pending ? before : pending) }
}
