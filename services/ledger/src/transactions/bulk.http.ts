import { BulkTransaction, type ledgerApi } from '@micro/contracts'
import { assert, Fault } from '@micro/kernel'
import { createItemCheck, lineOf, shareThread, type Call, type Handlers, type Runtime } from '@micro/service'
import { createBulkSeats } from '../bounds/seats.ts'
import type { BookKey } from '../books/book.ts'
import type { Outcome, Posting, PostRequest } from '../posting/index.ts'
import { contentOf } from './asked-transaction.ts'
import { groupsOf, outcomesOf, resultToWire, type BulkItem, type BulkOutcome } from './bulk.ts'
import { refuseReservedAccounts, refuseReservedReference } from './reserved.ts'

type Route = (typeof ledgerApi)['recordLedgerTransactions']
type Item = BulkItem<PostRequest>

/** Bulks at work at the same time, in one process and of one book: each may hold some tens of megabytes. */
const working = { ofBook: 2, inAll: 6 }
/** Entries of a bulk in all: the answer has each of them, and the book is locked while they are written. */
const entriesMax = 40_000
/** Postings of one bulk that wait or fly at the same time: two flights' worth, so that one fills while one is out. */
const underWayMax = 2_000

const checkItem = createItemCheck(BulkTransaction)

const itemOf = ({ principal, coerced }: Call<Route>, given: BulkTransaction, index: number): Item => {
  const book: BookKey = { merchant: principal.merchant, mode: principal.mode }
  const place = { index, line: lineOf(given) }
  try {
    checkItem(given, coerced)
    refuseReservedReference(given.reference_id)
    refuseReservedAccounts(given.entries)
    return { ...place, group: given.group, asked: { book, ...contentOf(given) } }
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    const { group } = (given ?? {}) as { group?: unknown }
    return { ...place, group: typeof group === 'string' ? group : undefined, asked: error }
  }
}

/** What the body or the query says of an option, which must not be two things. @throws Fault parameter_invalid */
const agreed = <T>(param: string, inBody: T | undefined, inQuery: T | undefined): T | undefined => {
  if (inBody !== undefined && inQuery !== undefined && inBody !== inQuery)
    throw new Fault('parameter_invalid', { param, reason: 'the query and the body say different things' })
  return inBody ?? inQuery
}

/** Room for so many `units` of work under way at a time. */
const createRoom = (unitsMax: number) => {
  let units = 0
  let freed: (() => void) | undefined
  return {
    async enter(count: number): Promise<void> {
      // One that is larger than all the room goes alone.
      while (units > 0 && units + count > unitsMax) await new Promise<void>((resolve) => (freed = resolve))
      units += count
    },
    leave(count: number): void {
      units -= count
      // Half of it at once, so that what follows leaves together, too.
      if (units <= unitsMax / 2) freed?.()
    },
  }
}

const checkSize = (items: readonly BulkTransaction[]): void => {
  const count = (entries: unknown): number => (Array.isArray(entries) ? entries.length : 0)
  const entries = items.reduce((sum, item) => sum + count((item as Partial<BulkTransaction> | null)?.entries), 0)
  if (entries <= entriesMax) return
  const reason = `must not have more than ${entriesMax} entries in all`
  throw new Fault('parameter_invalid', { param: 'transactions', reason })
}

export const bulkHandlers = ({
  postTogether,
  log,
  traces,
}: Pick<Posting, 'postTogether'> & Pick<Runtime, 'log' | 'traces'>): Pick<
  Handlers<typeof ledgerApi>,
  'recordLedgerTransactions'
> => {
  const takeSeat = createBulkSeats(working)

  const post = (group: readonly Item[], requestId: string): Promise<Outcome | Fault> =>
    postTogether(group.map(({ asked }) => asked as PostRequest)).catch((error: unknown) => {
      if (error instanceof Fault) return error
      log.error({ err: error, request_id: requestId }, 'posting.failed')
      return new Fault('internal', {}, { cause: error })
    })

  /** Why a group cannot even be asked for: the first of its items that is wrong. */
  const refusedBefore = (group: readonly Item[]): Outcome | undefined => {
    const at = group.findIndex(({ asked }) => asked instanceof Fault)
    const fault = group[at]?.asked
    return fault instanceof Fault ? { at, fault } : undefined
  }

  const postEach = async (items: readonly Item[], requestId: string): Promise<BulkOutcome[]> => {
    const room = createRoom(underWayMax)
    const letOthers = shareThread()
    const outcomes: BulkOutcome[] = []
    const settle = (group: readonly Item[], ended: Outcome | Fault): void => {
      for (const [at, outcome] of outcomesOf(group, ended).entries()) outcomes[group[at]!.index] = outcome
    }
    const posted: Promise<void>[] = []
    for (const group of groupsOf(items)) {
      const refused = refusedBefore(group)
      if (refused !== undefined) {
        settle(group, refused)
        continue
      }
      await room.enter(group.length)
      posted.push(
        post(group, requestId).then((ended) => {
          settle(group, ended)
          room.leave(group.length)
        }),
      )
      await letOthers()
    }
    await Promise.all(posted)
    return outcomes
  }

  /** @throws Fault of the first that cannot be recorded, or why none could be */
  const postAtomic = async (items: readonly Item[], requestId: string): Promise<BulkOutcome[]> => {
    const ended = refusedBefore(items) ?? (await post(items, requestId))
    if (ended instanceof Fault) throw ended
    const outcomes = outcomesOf(items, ended)
    const refused = outcomes.find(({ status }) => status === 'refused')
    if (refused !== undefined && 'fault' in refused) throw refused.fault
    return outcomes
  }

  const record = async (call: Call<Route>) => {
    const { principal, body, query } = call
    checkSize(body.transactions)
    const atomic = agreed('atomic', body.atomic, query.atomic) === true
    const full = agreed('results', body.results, query.results) !== 'summary'
    const letOthers = shareThread()
    const items: Item[] = []
    for (const [at, given] of body.transactions.entries()) {
      items.push(itemOf(call, given, at))
      await letOthers()
    }
    const outcomes = await (atomic ? postAtomic : postEach)(items, call.requestId)
    const counts = { recorded: 0, exists: 0, refused: 0, not_recorded: 0, failed: 0 }
    for (const { status } of outcomes) counts[status]++
    const [first] = outcomes
    if (counts.failed === items.length && first?.status === 'failed') throw first.fault
    const results = []
    for (const [at, item] of items.entries()) {
      const outcome = outcomes[at]
      assert(outcome !== undefined, `item ${at} of a bulk has no outcome`)
      results.push(resultToWire(item, outcome, { full }))
      await letOthers()
    }
    return { object: 'ledger.bulk', atomic, counts, livemode: principal.mode === 'live', results } as const
  }

  return {
    async recordLedgerTransactions(call) {
      const leave = takeSeat(call.principal)
      try {
        const facts = { postings: call.body.transactions.length }
        return await traces.step('ledger bulk', { facts }, () => record(call))
      } finally {
        leave()
      }
    },
  }
}
