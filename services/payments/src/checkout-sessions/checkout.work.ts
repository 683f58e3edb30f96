import type { Route, Tenant } from '@micro/contracts'
import { Fault } from '@micro/kernel'
import type { Sql } from '@micro/postgres'
import { appendOutbox, ringOutbox, type EmittedEvent } from '@micro/service'
import { createChange, type ChangingCall } from '../change.ts'
import { refuseWhileBusy } from '../charges/charge.guard.ts'
import type { ChargeDependencies } from '../charges/charge.work.ts'
import { merchantNow } from '../merchant-clocks/merchant-now.ts'
import { cancelIntent } from '../payment-intents/outcome.ts'
import { findIntent, lockIntent, saveIntent } from '../payment-intents/payment-intent.store.ts'
import { intentToWire } from '../payment-intents/payment-intent.wire.ts'
import { endOpenAttempt } from '../setup-intents/setup-attempt.store.ts'
import { cancelSetupIntent } from '../setup-intents/setup-intent.ts'
import { findSetupIntent, lockSetupIntent, saveSetupIntent } from '../setup-intents/setup-intent.store.ts'
import { setupIntentToWire } from '../setup-intents/setup-intent.wire.ts'
import { completeSession, expireSession, sessionToWire, type Session } from './checkout-session.ts'
import { sessionEvent } from './checkout-session.events.ts'
import { isSessionId, sessionMissing } from './checkout-session.ids.ts'
import { findSession, lockSession, saveSession } from './checkout-session.store.ts'
import { settlePage } from './hosted-page.store.ts'
import type { HostedWork } from './hosted.work.ts'

/** How sessions end. Everybody who looks at one brings it up to what became of its intent first. */
export interface CheckoutWork {
  /** The session as it is by what became of its intent: complete once it is paid, expired once that was canceled. */
  catchUp(session: Session): Promise<Session>
  /** @throws Fault resource_missing, checkout_session_not_open, lock_timeout while it is being paid, upstream_timeout */
  expire(call: ChangingCall, route: Route, id: string): Promise<ReturnType<typeof sessionToWire>>
  /** Because its time is over; undefined while it is being paid. */
  expireInTime(session: Session): Promise<Session | undefined>
}

/** What became of the intent of a session: `open` while it can still be paid, and before there is one. */
type Fate = 'open' | 'busy' | 'paid' | 'canceled'

const fates: Readonly<Record<string, Fate>> = {
  succeeded: 'paid',
  requires_capture: 'paid',
  canceled: 'canceled',
  processing: 'busy',
}

const fateOf = async (sql: Sql, session: Session): Promise<Fate> => {
  const { payment_intent: payment, setup_intent: setup } = session
  const intent =
    payment === null
      ? setup === null
        ? undefined
        : await findSetupIntent(sql, session, setup)
      : await findIntent(sql, session, payment)
  return fates[intent?.status ?? ''] ?? 'open'
}

/** The intent of a locked session, canceled, so that nobody pays it any more. @throws Fault lock_timeout while somebody does */
const cancelIntentOf = async (sql: Sql, session: Session, now: { real: Date; merchant: Date }) => {
  const events: EmittedEvent[] = []
  if (session.payment_intent !== null) {
    const current = await lockIntent(sql, session, session.payment_intent)
    if (current === undefined) throw sessionMissing(session.id)
    await refuseWhileBusy(sql, current, now.real)
    const fate = fates[current.status] ?? 'open'
    // Paid meanwhile, or nobody knows yet: whoever asks again is told.
    if (fate === 'paid' || fate === 'busy') throw new Fault('lock_timeout')
    if (fate === 'open') {
      const intent = cancelIntent(current, { reason: undefined, now: now.merchant })
      await saveIntent(sql, intent)
      events.push({ type: 'payment_intent.canceled', object: intentToWire(intent) })
    }
  }
  if (session.setup_intent !== null) {
    const current = await lockSetupIntent(sql, session, session.setup_intent)
    if (current === undefined) throw sessionMissing(session.id)
    if (current.status === 'succeeded') throw new Fault('lock_timeout')
    if (current.status !== 'canceled') {
      const intent = cancelSetupIntent(current, undefined)
      await endOpenAttempt(sql, current, current.id, { status: 'abandoned', error: null })
      await saveSetupIntent(sql, intent)
      events.push({ type: 'setup_intent.canceled', object: setupIntentToWire(intent) })
    }
  }
  return events
}

/** Noted under the key before the processor is asked. */
const closePoint = 'close'

/** It is being paid, or nobody says whether it is. */
const notNow: ReadonlySet<string> = new Set(['lock_timeout', 'upstream_timeout'])

/** How sessions end: what the API, the page and the worker ask for. */
export const createCheckoutWork = (deps: ChargeDependencies, hosted: HostedWork): CheckoutWork => {
  const { db, clock, bus } = deps
  const append = appendOutbox(deps)
  const change = createChange(deps)

  const lock = async (sql: Sql, tenant: Tenant, id: string): Promise<Session> => {
    const session = isSessionId(id) ? await lockSession(sql, tenant, id) : undefined
    if (session === undefined) throw sessionMissing(id)
    return session
  }

  /** Under the session's lock, which comes before that of its intent. */
  const end = async (sql: Sql, current: Session) => {
    const session = expireSession(current)
    const now = { real: clock.now(), merchant: await merchantNow(sql, current, clock) }
    const events = [...(await cancelIntentOf(sql, current, now)), sessionEvent('checkout.session.expired', session)]
    await saveSession(sql, session)
    if (session.mode === 'live') await settlePage(sql, session, session.id)
    return { session, events }
  }

  const told = async (work: (sql: Sql) => Promise<{ session: Session; events: readonly EmittedEvent[] }>) => {
    const { session, events } = await db.transaction(async (sql) => {
      const done = await work(sql)
      const { merchant, mode } = done.session
      if (done.events.length > 0)
        await append(sql, { merchant, mode, requestId: null, idempotencyKey: null }, done.events)
      return done
    })
    if (events.length > 0) ringOutbox(bus, 'payments')
    return session
  }

  const catchUp = async (seen: Session): Promise<Session> => {
    if (seen.mode === 'live') return hosted.catchUp(seen)
    if (seen.status !== 'open' || (seen.payment_intent ?? seen.setup_intent) === null) return seen
    const fate = await fateOf(db.sql, seen)
    if (fate !== 'paid' && fate !== 'canceled') return seen
    return told(async (sql) => {
      const current = await lock(sql, seen, seen.id)
      if (current.status !== 'open') return { session: current, events: [] }
      if (fate === 'canceled') return end(sql, current)
      const session = completeSession(current, await merchantNow(sql, current, clock))
      await saveSession(sql, session)
      return { session, events: [sessionEvent('checkout.session.completed', session)] }
    })
  }

  /** Between database transactions: ends the page of a session of live mode. False when it was over before. */
  const closeFor = async ({ idempotency: claim }: ChangingCall, session: Session): Promise<boolean> => {
    // An earlier holder of the key may have ended it there, and died before it could say so.
    if (session.status !== 'open') return claim?.recoveryPoint === closePoint
    await claim?.reach(db.sql, closePoint)
    await hosted.close(session)
    return true
  }

  return {
    catchUp,
    async expire(call, route, id) {
      const { merchant, mode } = call.principal
      const tenant = { merchant, mode }
      const seen = isSessionId(id) ? await findSession(db.sql, tenant, id) : undefined
      if (seen === undefined) throw sessionMissing(id)
      const caughtUp = await catchUp(seen)
      const isClosed = caughtUp.mode === 'live' && (await closeFor(call, caughtUp))
      return change(call, route, async (sql) => {
        const current = await lock(sql, tenant, id)
        // Nobody pays on its page any more, and somebody else noticed before.
        if (isClosed && current.status === 'expired') return { answer: sessionToWire(current), events: [] }
        const { session, events } = await end(sql, current)
        return { answer: sessionToWire(session), events }
      })
    },
    async expireInTime(seen) {
      const caughtUp = await catchUp(seen)
      if (caughtUp.status !== 'open') return caughtUp
      try {
        if (caughtUp.mode === 'live') await hosted.close(caughtUp)
        return await told(async (sql) => {
          const current = await lock(sql, seen, seen.id)
          return current.status === 'open' ? end(sql, current) : { session: current, events: [] }
        })
      } catch (error) {
        if (error instanceof Fault && notNow.has(error.code)) return undefined
        throw error
      }
    },
  }
}
