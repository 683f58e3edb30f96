import type { Database, Sql, TransactionSql } from '@micro/postgres'
import type { LedgerClient } from './movements/movement.work.ts'
import type { Bench } from './payments.fixture.ts'
import type { LiveProcessors } from './processors/live.ts'
import type { Processor } from './processors/processor.ts'
import type { SettlementSource } from './processors/settling.ts'

/** Thrown by everything a dead process would have done. */
export class Killed extends Error {}

/**
 * A process that dies at the effect it is armed for: just before the effect, or just after it, when its answer is lost.
 * From then on none of its effects happen, as after kill -9, until it is armed again as the next process.
 */
export const mortal = () => {
  let killAt = 0
  let when: 'before' | 'after' = 'before'
  let steps = 0
  let dead = false
  let killedAt = ''
  const step = async <T>(name: string, effect: () => Promise<T>): Promise<T> => {
    if (dead) throw new Killed()
    const last = ++steps === killAt
    if (last) {
      dead = true
      killedAt = name
    }
    if (last && when === 'before') throw new Killed()
    const result = await effect()
    if (last) throw new Killed()
    return result
  }

  const settlementOf = (inner: SettlementSource): SettlementSource => ({
    read: (...args) => step('processor.settlement.read', () => inner.read(...args)),
  })
  const processorOf = ({ chargeWithin, ...inner }: Processor): Processor => ({
    // What it writes are statements of ours.
    ...(chargeWithin && { chargeWithin }),
    charge: (...args) => step('processor.charge', () => inner.charge(...args)),
    find: (...args) => step('processor.find', () => inner.find(...args)),
    refunds: {
      send: (...args) => step('processor.refunds.send', () => inner.refunds.send(...args)),
      find: (...args) => step('processor.refunds.find', () => inner.refunds.find(...args)),
      cancel: (...args) => step('processor.refunds.cancel', () => inner.refunds.cancel(...args)),
    },
    disputes: {
      submit: (...args) => step('processor.disputes.submit', () => inner.disputes.submit(...args)),
      accept: (...args) => step('processor.disputes.accept', () => inner.disputes.accept(...args)),
    },
    reports: {
      read: (...args) => step('processor.reports.read', () => inner.reports.read(...args)),
      acknowledge: (...args) => step('processor.reports.acknowledge', () => inner.reports.acknowledge(...args)),
    },
    settlement: inner.settlement && settlementOf(inner.settlement),
    challenges: (request) => inner.challenges(request),
    capture: (...args) => step('processor.capture', () => inner.capture(...args)),
    findCapture: (...args) => step('processor.findCapture', () => inner.findCapture(...args)),
    void: (...args) => step('processor.void', () => inner.void(...args)),
    verify: (...args) => step('processor.verify', () => inner.verify(...args)),
  })

  const sqlOf =
    (inner: Sql): Sql =>
    (strings, ...values) =>
      step('sql', () => inner(strings, ...values))

  return {
    arm: (at: number, moment: 'before' | 'after') => {
      killAt = at
      when = moment
      steps = 0
      dead = false
    },
    died: () => dead,
    /** The name of the effect it died at. */
    killedAt: () => killedAt,
    db: (inner: Database): Database => ({
      ...inner,
      sql: sqlOf(inner.sql),
      // Dying before the commit rolls back; dying after it loses the answer.
      transaction: async (work, options) => {
        let result: Awaited<ReturnType<typeof work>> | undefined
        const committed = async () => {
          result = await inner.transaction(
            (tx) => work(Object.assign(sqlOf(tx), { andCommit: sqlOf(tx.andCommit) }) satisfies TransactionSql),
            options,
          )
        }
        if (dead) throw new Killed()
        await committed()
        await step('commit', () => Promise.resolve())
        return result as Awaited<ReturnType<typeof work>>
      },
    }),
    processor: processorOf,
    live: (inner: LiveProcessors): LiveProcessors => ({
      of: (tenant) => processorOf(inner.of(tenant)),
      list: (tenant) => step('live.list', () => inner.list(tenant)),
      teller: (...args) => step('live.teller', () => inner.teller(...args)),
      pages: (...of) => {
        const pages = inner.pages(...of)
        return {
          make: (...args) => step('live.pages.make', () => pages.make(...args)),
          find: (...args) => step('live.pages.find', () => pages.find(...args)),
          close: (...args) => step('live.pages.close', () => pages.close(...args)),
        }
      },
      check: (...args) => step('live.check', () => inner.check(...args)),
      describe: (...args) => step('live.describe', () => inner.describe(...args)),
    }),
    ledger: (inner: LedgerClient): LedgerClient => ({
      postSystemTransaction: (input) => step('ledger.post', () => inner.postSystemTransaction(input)),
      readSystemTransactions: (input) => step('ledger.read', () => inner.readSystemTransactions(input)),
      readSystemBalances: (input) => step('ledger.read', () => inner.readSystemBalances(input)),
    }),
  }
}

/** A process of a bench's service that dies when its life says so. */
export const mortalProcess = (bench: Bench, live?: LiveProcessors) => {
  const life = mortal()
  const process = bench.another({
    db: life.db(bench.database.db),
    ledger: life.ledger(bench.ledger.client),
    processors: { test: life.processor(bench.processor), live: live && life.live(live) },
  })
  return { life, ...process }
}

/**
 * Does a deed once for each of its effects, in a process that dies at that one, and then lets `check` see what became of
 * it, until the deed outlives its death.
 */
export const dieAtEach = async <Made>(
  life: ReturnType<typeof mortal>,
  when: 'before' | 'after',
  deed: {
    prepare(): Promise<Made>
    do(made: Made): Promise<unknown>
    check(made: Made, where: string): Promise<void>
    /** How many effects it has at least. */
    readonly effectsMin: number
  },
): Promise<void> => {
  for (let killAt = 1; ; killAt++) {
    const made = await deed.prepare()
    life.arm(killAt, when)
    // What a dead process would have thrown nobody hears.
    await deed.do(made).catch((error: unknown) => {
      if (!life.died()) throw error
    })
    const died = life.died()
    await deed.check(made, `killed ${when} step ${killAt}, ${died ? life.killedAt() : 'not at all'}`)
    if (!died) {
      if (killAt <= deed.effectsMin) throw new Error(`the deed has ${killAt - 1} effects only`)
      return
    }
    if (killAt > 80) throw new Error('the deed takes more effects than expected')
  }
}
