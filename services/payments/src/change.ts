import { successStatus, type MerchantPrincipal, type Route, type Surface, type Tenant } from '@micro/contracts'
import type { Clock, NewId } from '@micro/kernel'
import type { Database, Sql } from '@micro/postgres'
import {
  appendOutbox,
  reply,
  ringOutbox,
  type EmittedEvent,
  type EventOrigin,
  type IdempotencyClaim,
  type MicroBus,
  type Reply,
} from '@micro/service'

/** What of a call a change needs to know. */
export interface ChangingCall {
  readonly principal: MerchantPrincipal
  readonly requestId: string
  readonly surface: Surface
  readonly idempotency: IdempotencyClaim | undefined
}

/** What a change came to: the answer, and what to tell the world. */
export interface Change<Answer extends object> {
  readonly answer: Answer
  readonly events: readonly EmittedEvent[]
  /** Where the answer is a refusal that commits, such as a decline. */
  readonly status?: number
  /** Where the work goes on after it: how far it has come, noted in place of an answer. */
  readonly point?: string
}

export const tenantOf = ({ principal: { merchant, mode } }: { principal: Tenant }): Tenant => ({ merchant, mode })

export const originOf = (call: ChangingCall): EventOrigin => ({
  ...tenantOf(call),
  requestId: call.requestId,
  idempotencyKey: call.idempotency?.key ?? null,
})

interface ChangeDependencies {
  readonly db: Database
  readonly bus: MicroBus
  readonly clock: Clock
  readonly newId: NewId
}

type Work<Answer extends object> = (sql: Sql) => Promise<Change<Answer>>

const createCommit =
  (deps: ChangeDependencies) =>
  async <Answer extends object>(call: ChangingCall, route: Route, work: Work<Answer>): Promise<Change<Answer>> => {
    const append = appendOutbox(deps)
    const done = await deps.db.transaction(async (sql) => {
      const change = await work(sql)
      // Sent together, run in order.
      await Promise.all([
        change.events.length > 0 && append(sql, originOf(call), change.events),
        change.point === undefined
          ? call.idempotency?.complete(sql, change.status ?? successStatus(route, call.surface), change.answer)
          : call.idempotency?.reach(sql, change.point),
      ])
      return change
    })
    if (done.events.length > 0) ringOutbox(deps.bus, 'payments')
    return done
  }

/**
 * Does one local change: the work, its events and the answer stored under the caller's key commit together or not at all.
 * The work locks what it changes first, and saves it.
 */
export const createChange = (deps: ChangeDependencies) => {
  const commit = createCommit(deps)
  return async <Answer extends object>(call: ChangingCall, route: Route, work: Work<Answer>): Promise<Answer> =>
    (await commit(call, route, work)).answer
}

/** As createChange, of work that may also end in a refusal that commits: then in an answer of another status. */
export const createDecision = (deps: ChangeDependencies) => {
  const commit = createCommit(deps)
  return async (call: ChangingCall, route: Route, work: Work<object>): Promise<Reply> => {
    const { answer, status = successStatus(route, call.surface) } = await commit(call, route, work)
    return reply(status, answer)
  }
}
