import { addMs, type NewId } from '@micro/kernel'
import type { Database } from '@micro/postgres'
import { createWorker, type Runtime, type Worker } from '@micro/service'
import type { PaymentsConfig } from '../config.ts'
import type { LedgerClient } from '../movements/movement.work.ts'
import type { FeeWork } from '../processor-fees/processor-fee.work.ts'
import type { Processors } from '../processors/processor.ts'
import {
  compareBalances,
  compareWithLedger,
  compareWithProcessor,
  findUnknownInLedger,
  type Comparison,
} from './compare.work.ts'
import { insertDifferences } from './difference.store.ts'
import { createFindings, type Findings } from './findings.ts'
import { verdictOf, type Reconciliation } from './reconciliation.ts'
import {
  findUncompared,
  insertReconciliation,
  saveEnd,
  saveProgress,
  takeReconciliation,
} from './reconciliation.store.ts'
import { readLiveSettlements } from './live-settlement.work.ts'
import { readSettlement } from './settlement.work.ts'

const everyMs = 30_000
const leaseMs = 60_000
const attemptsMax = 3
const startedAtOnceMax = 100
const quietMs = 24 * 60 * 60 * 1_000
const dayMs = 24 * 60 * 60 * 1_000

/** What of the differences is kept; they are counted all the same. */
export const differencesKeptMax = 10_000

export type ReconciliationDependencies = Pick<Runtime, 'clock' | 'log' | 'traces'> & {
  readonly db: Database
  readonly newId: NewId
  readonly config: PaymentsConfig
  readonly ledger: LedgerClient
  readonly processors: Processors
  readonly fees: FeeWork
}

export interface ReconciliationWork {
  /** Begins those that are due by themselves, and does one that was begun. True when there may be more. */
  round(): Promise<boolean>
  readonly worker: Worker
}

/** Another process has it now: this one leaves no trace. */
class TakenOver extends Error {
  override name = 'TakenOver'
}

export const createReconciliationWork = (deps: ReconciliationDependencies): ReconciliationWork => {
  const { db, clock, newId, config, ledger, processors, log, traces } = deps

  const begin = async (): Promise<void> => {
    const { everyMs: automaticMs, days } = config.reconciliation
    if (automaticMs === 0) return
    const now = clock.now()
    const times = { before: addMs(now, -automaticMs), quietBefore: addMs(now, -Math.max(quietMs, automaticMs)) }
    for (const { merchant, mode } of await findUncompared(db.sql, { ...times, limit: startedAtOnceMax }))
      await insertReconciliation(db.sql, {
        id: newId('reconciliation'),
        merchant,
        mode,
        automatic: true,
        since: addMs(now, -days * dayMs),
        until: now,
        created_at: now,
      })
  }

  const comparisonOf = (run: Reconciliation): Comparison => {
    const counts = { movements: 0n, settlement_lines: 0n, ledger_transactions: 0n }
    return {
      db,
      ledger,
      scope: run,
      terms: { now: clock.now(), graceMs: config.reconciliation.graceMs },
      seen: async (what, count) => {
        counts[what] += BigInt(count)
        if (!(await saveProgress(db.sql, run, counts, addMs(clock.now(), leaseMs)))) throw new TakenOver()
      },
    }
  }

  /** False: nobody tells, so nothing is missing there. */
  const readWhatWasSettled = async (run: Reconciliation, { seen }: Comparison): Promise<boolean> => {
    const { test, live } = processors
    if (run.mode === 'live')
      return live !== undefined && readLiveSettlements({ ...deps, live }, run, () => seen('settlement_lines', 0))
    if (test.settlement === undefined) return false
    await readSettlement(deps, run.mode, test.settlement)
    return true
  }

  const compare = async (run: Reconciliation, findings: Findings): Promise<boolean> => {
    const comparison = comparisonOf(run)
    if (await readWhatWasSettled(run, comparison))
      for await (const found of compareWithProcessor(comparison)) findings.add(found)
    for await (const found of compareWithLedger(comparison)) findings.add(found)
    for await (const found of findUnknownInLedger(comparison)) findings.add(found)
    const balances = await compareBalances(comparison)
    for (const found of balances ?? []) findings.add(found)
    return balances !== undefined
  }

  const end = async (run: Reconciliation, findings: Findings, balances_compared: boolean): Promise<void> => {
    const now = clock.now()
    const counts = findings.counts()
    const ended = await db.transaction(async (sql) => {
      if (!(await saveEnd(sql, run, { status: verdictOf(counts), counts, balances_compared, now }))) return false
      const kept = findings.kept.map((found) => ({
        ...found,
        id: newId('reconciliation_difference'),
        reconciliation: run.id,
        merchant: run.merchant,
        mode: run.mode,
        created_at: now,
      }))
      if (kept.length > 0) await insertDifferences(sql, run, kept)
      return true
    })
    if (ended && verdictOf(counts) === 'different')
      log.warn({ reconciliation: run.id, merchant: run.merchant, mode: run.mode, counts }, 'reconciliation.different')
  }

  const work = async (run: Reconciliation): Promise<void> => {
    const findings = createFindings(differencesKeptMax)
    try {
      const balancesCompared = await compare(run, findings)
      await end(run, findings, balancesCompared)
    } catch (error) {
      if (error instanceof TakenOver) return
      log.error({ err: error, reconciliation: run.id, attempts: run.attempts }, 'reconciliation.failed')
      // Until then it is tried again when its lease is over.
      if (run.attempts >= attemptsMax)
        await saveEnd(db.sql, run, { status: 'failed', counts: {}, balances_compared: null, now: clock.now() })
    }
  }

  const round = async (): Promise<boolean> => {
    await begin()
    const now = clock.now()
    const run = await takeReconciliation(db.sql, { now, until: addMs(now, leaseMs) })
    if (run === undefined) return false
    await traces.root('reconcile', {}, () => work(run))
    return true
  }

  return { round, worker: createWorker({ name: 'payments.reconciliation', everyMs, log, round }) }
}
