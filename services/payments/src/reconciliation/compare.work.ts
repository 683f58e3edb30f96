import type { Tenant } from '@micro/contracts'
import { unixSeconds, idFloor } from '@micro/kernel'
import type { Database } from '@micro/postgres'
import { sumUp } from '../balances/balance.ts'
import { findUnconfirmed } from '../balances/balance.store.ts'
import type { LedgerClient } from '../movements/movement.work.ts'
import { referenceOf } from '../movements/posting.ts'
import { findMovements, findNamed, findSettled, sumMovements } from './books.store.ts'
import type { Difference, Terms } from './difference.ts'
import { matchAll } from './match.ts'
import { matchBalances, matchMovement, namesOf, unknownInLedger } from './match-ledger.ts'
import { findLines, type Place } from './settlement.store.ts'

const pageSize = 250
const unconfirmedMax = 1_000
const balanceTriesMax = 3
const balancePrefix = 'sys_merchant_balance_'

/** Whose books, and of what was begun when. */
export interface Scope extends Tenant {
  readonly since: Date | null
  readonly until: Date
}

export interface Comparison {
  readonly db: Database
  readonly ledger: LedgerClient
  readonly scope: Scope
  readonly terms: Terms
  /** Told after each page how much more was looked at. */
  readonly seen: (what: 'movements' | 'settlement_lines' | 'ledger_transactions', count: number) => Promise<void>
}

async function* pages<T extends Place>(
  read: (after: Place | undefined) => PromiseLike<readonly T[]>,
  seen: (count: number) => Promise<void>,
): AsyncGenerator<T> {
  let after: Place | undefined
  for (;;) {
    const page = await read(after)
    await seen(page.length)
    yield* page
    const last = page.at(-1)
    if (page.length < pageSize || last === undefined) return
    after = { charge: last.charge, id: last.id }
  }
}

/** What is here, against what the processor tells, charge by charge. */
export const compareWithProcessor = ({ db, scope, terms, seen }: Comparison): AsyncGenerator<Difference> => {
  const range = {
    from: scope.since === null ? '' : idFloor('charge', scope.since),
    until: idFloor('charge', scope.until),
  }
  const ours = pages(
    (after) => findSettled(db.sql, scope, { range, after, limit: pageSize }),
    () => Promise.resolve(),
  )
  const theirs = pages(
    (after) => findLines(db.sql, scope, { range, after, limit: pageSize }),
    (count) => seen('settlement_lines', count),
  )
  return matchAll(ours, theirs, terms)
}

/** Every movement, against what the ledger has under its reference. */
export async function* compareWithLedger({ db, ledger, scope, terms, seen }: Comparison): AsyncGenerator<Difference> {
  const { merchant, mode } = scope
  const until = idFloor('balance_transaction', scope.until)
  let after = scope.since === null ? '' : idFloor('balance_transaction', scope.since)
  for (;;) {
    const page = await findMovements(db.sql, scope, { after, until, limit: pageSize })
    const references = page.map(referenceOf)
    // Read after the movements: what they say is posted has to be there by now.
    const { transactions } =
      page.length === 0
        ? { transactions: [] }
        : await ledger.readSystemTransactions({ body: { merchant, mode, references } })
    const recorded = new Map(transactions.map((each) => [each.reference_id, each]))
    for (const movement of page) yield* matchMovement(movement, recorded.get(referenceOf(movement)), terms)
    await seen('movements', page.length)
    const last = page.at(-1)
    if (page.length < pageSize || last === undefined) return
    after = last.id
  }
}

/** Every transaction of Micro's in the ledger, against the movements: those that nothing here stands for. */
export async function* findUnknownInLedger({ db, ledger, scope, seen }: Comparison): AsyncGenerator<Difference> {
  const { merchant, mode, since } = scope
  const stretch = { merchant, mode, limit: pageSize, ...(since === null ? {} : { recorded_since: unixSeconds(since) }) }
  let before: number | null = null
  do {
    const place: { before_seq?: number } = before === null ? {} : { before_seq: before }
    const page = await ledger.readSystemTransactions({ body: { ...stretch, ...place } })
    // A movement is there before it is posted, so what is looked for now and not found has none.
    const names = page.transactions.flatMap(({ reference_id }) => namesOf(reference_id) ?? [])
    const known = new Set((names.length === 0 ? [] : await findNamed(db.sql, scope, names)).map(referenceOfNames))
    for (const each of page.transactions) if (!known.has(each.reference_id)) yield unknownInLedger(each)
    await seen('ledger_transactions', page.transactions.length)
    before = page.next_before_seq
  } while (before !== null)
}

const referenceOfNames = ({ kind, source }: { kind: string; source: string }): string => `micro:${kind}:${source}`

const countOf = (sums: readonly { readonly count: bigint }[]): bigint =>
  sums.reduce((total, { count }) => total + count, 0n)

/**
 * The sum of all movements that the ledger has, against its balances. Undefined when too much moved meanwhile to say so of
 * one moment: a wrong alarm would be worse than none.
 */
export const compareBalances = async ({
  db,
  ledger,
  scope,
  terms,
}: Comparison): Promise<readonly Difference[] | undefined> => {
  const { merchant, mode } = scope
  for (let tries = 0; tries < balanceTriesMax; tries++) {
    const before = await sumMovements(db.sql, scope)
    const unconfirmed = await findUnconfirmed(db.sql, scope, unconfirmedMax)
    if (unconfirmed.length === unconfirmedMax) return undefined
    const { balances, recorded } = await ledger.readSystemBalances({
      body: { merchant, mode, id_prefix: balancePrefix, references: unconfirmed.map(referenceOf) },
    })
    // Movements are only ever added, so with as many as before nothing came in between.
    if (countOf(before) !== countOf(await sumMovements(db.sql, scope))) continue
    const known = new Set(recorded)
    const missing = unconfirmed.filter((each) => !known.has(referenceOf(each)))
    const here = sumUp([...before, ...missing.map(({ currency, net }) => ({ currency, net: -net }))])
    const there = new Map(balances.map(({ currency, balance_str }) => [currency, BigInt(balance_str)]))
    return matchBalances(here, there, terms)
  }
  return undefined
}
