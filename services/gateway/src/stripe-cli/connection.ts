import { closeCodes, isLedgerEvent, type Event, type LoggedRequest, type SequencedEvent } from '@micro/contracts'
import { monotonicMs } from '@micro/kernel'
import { logMessage } from '../request-log/request-log.ts'
import { createAllowance } from '../stream/allowance.ts'
import type { Connection, ReadEvents, StreamSocket } from '../stream/connection.ts'
import { continuing, keptFrom, roomOf, startAt, withHead, withSent } from '../stream/cursor.ts'
import type { Keeper } from './keeper.ts'
import { copies, readMessage, webhookMessage } from './messages.ts'
import { createOutstanding } from './outstanding.ts'

const pageMax = 100
/** Frames a client may answer one event with: each copy's acknowledgement, and what each of its local endpoints said. */
const framesPerEvent = 64
const framesPerLog = 2

export interface CliConnectionOptions {
  readonly socket: StreamSocket
  readonly read: ReadEvents
  /** Events that this session is to get once more. */
  readonly readResends: () => Promise<readonly Event[]>
  readonly keeper: Keeper
  /** What of the order it has acknowledged, and the newest there is. */
  readonly afterSeq: number
  readonly headSeq: number
  /** False for a session that is for something else, such as the log of requests. */
  readonly wantsEvents: boolean
  /** Whether its key may be told of an event. */
  readonly mayTell: (event: Event) => boolean
  /** Signs what is forwarded. */
  readonly secret: string
  readonly newName: (kind: 'conversation' | 'webhook') => string
  readonly nowSeconds: () => number
  readonly bufferedBytesMax: number
  readonly onReadError: (error: unknown) => void
  readonly onSent: () => void
}

export interface CliConnection extends Connection {
  /** Shows a request, as `stripe logs tail` does. It is sent once: whoever is not there does not see it. */
  log(request: LoggedRequest): void
}

/**
 * One connection of Stripe's command line: sends every event after the session's place, in order, and moves that place
 * on as they are acknowledged. What is not when the connection ends is sent again on the next one.
 */
export const createCliConnection = (options: CliConnectionOptions): CliConnection => {
  const { socket, keeper } = options
  const allowance = createAllowance(monotonicMs)
  const outstanding = createOutstanding()
  const webhooks = copies.map(() => options.newName('webhook'))
  let cursor = startAt(options.afterSeq, options.headSeq)
  let framesLeft = 0
  let pumping = false
  let rung = false
  let resendsRung = true
  let verified = true
  let open = true

  const end: Connection['end'] = (code, error) => {
    if (!open) return
    open = false
    socket.close(code, error?.code ?? '')
  }
  const blocked = (): boolean =>
    !options.wantsEvents || !open || !verified || socket.bufferedBytes() > options.bufferedBytesMax

  const send = (event: Event, seq: number | null): void => {
    const conversations = copies.map(() => options.newName('conversation'))
    outstanding.sent(conversations, { id: event.id, seq })
    framesLeft += framesPerEvent
    for (const [at, version] of copies.entries()) {
      const message = { event, version, secret: options.secret, now: options.nowSeconds() }
      const names = { conversation: conversations[at] ?? '', webhook: webhooks[at] ?? '' }
      socket.send(webhookMessage({ ...message, ...names }), flushed)
    }
    options.onSent()
  }

  /** Passes over what is not sent; it needs no acknowledgement, but for those of what came before it. */
  const pass = (seq: number): void => {
    cursor = withSent(cursor, seq)
    cursor = { ...cursor, acked: outstanding.settledUpTo(seq) }
  }

  const deliver = (events: readonly SequencedEvent[]): void => {
    let passed = false
    for (const { seq, event } of continuing(cursor, events)) {
      if (blocked()) break
      // What `*` stands for at a webhook endpoint, and no more: see docs/adr/0024.
      if (isLedgerEvent(event.type)) {
        pass(seq)
        passed = true
      } else {
        send(event, seq)
        cursor = withSent(cursor, seq)
      }
    }
    if (passed) keeper.note(cursor.acked, [])
  }

  const pumpEvents = async (): Promise<boolean> => {
    if (blocked() || roomOf(cursor) === 0 || cursor.head <= cursor.sent) return false
    const page = await options.read(cursor.sent, Math.min(pageMax, roomOf(cursor)))
    cursor = withHead(cursor, page.head_seq)
    // What lay between is no longer kept. This protocol has no word for that, and the session goes on with what is.
    const first = keptFrom(cursor, page)
    if (first !== undefined) cursor = startAt(first - 1, cursor.head)
    deliver(page.events)
    return page.events.length > 0
  }

  const pumpResends = async (): Promise<void> => {
    if (blocked() || !resendsRung) return
    resendsRung = false
    for (const event of await options.readResends()) {
      if (!options.mayTell(event)) keeper.note(cursor.acked, [event.id])
      else if (!outstanding.isResending(event.id) && !blocked()) send(event, null)
    }
  }

  // One reader per connection. Whoever rings while it is at work causes one more turn, so that no ring is lost.
  const pump = async (): Promise<void> => {
    rung = true
    if (pumping) return
    pumping = true
    try {
      while (rung) {
        rung = false
        await pumpResends()
        while (await pumpEvents());
      }
    } catch (error) {
      // The next announcement or poll tries again from the same place.
      resendsRung = true
      options.onReadError(error)
    } finally {
      pumping = false
    }
  }

  function flushed(): void {
    if (cursor.head > cursor.sent) void pump()
  }

  const acknowledge = (conversation: string): void => {
    if (!outstanding.acknowledged(conversation)) return
    const acked = outstanding.settledUpTo(cursor.sent)
    const resent = outstanding.takeResent()
    if (acked === cursor.acked && resent.length === 0) return
    cursor = { ...cursor, acked }
    keeper.note(acked, resent)
    void pump()
  }

  void pump()

  return {
    async receive(text) {
      if (!open) return
      if (framesLeft > 0) framesLeft--
      else if (!allowance.take())
        return end(closeCodes.protocol, { code: 'protocol_error', message: 'Too many frames.' })
      const message = readMessage(text)
      if (message === undefined)
        return end(closeCodes.protocol, { code: 'protocol_error', message: 'Expected a message of the command line.' })
      if (message !== 'report') acknowledge(message.conversation)
    },
    announce(events) {
      const newest = events.at(-1)?.seq
      if (newest === undefined) return
      cursor = withHead(cursor, newest)
      deliver(events)
      void pump()
    },
    headKnown(head) {
      cursor = withHead(cursor, head)
      resendsRung = true
      void pump()
    },
    ring() {
      resendsRung = true
      void pump()
    },
    log(request) {
      if (!open || !verified || socket.bufferedBytes() > options.bufferedBytesMax) return
      framesLeft += framesPerLog
      socket.send(logMessage(request), () => {})
    },
    setVerified(now) {
      const again = now && !verified
      verified = now
      if (again) void pump()
    },
    resumeOverdue() {},
    end,
    resumed: true,
  }
}
