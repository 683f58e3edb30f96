import {
  closeCodes,
  type ClientFrame,
  type Event,
  type Mode,
  type SequencedEvent,
  type ServerFrame,
} from '@micro/contracts'
import { monotonicMs } from '@micro/kernel'
import { createAllowance } from './allowance.ts'
import { continuing, keptFrom, roomOf, startAt, withAck, withHead, withSent, type Cursor, type Page } from './cursor.ts'
import { readClientFrame } from './frames.ts'

const pageMax = 100

/** The little of a WebSocket that a connection needs. */
export interface StreamSocket {
  /** Bytes accepted but not yet taken by the network. */
  bufferedBytes(): number
  /** `flushed` is called once the text has left. */
  send(text: string, flushed: () => void): void
  close(code: number, reason: string): void
}

/** Where the frames of a connection go, in whichever form. */
export interface FrameSink extends Omit<StreamSocket, 'send'> {
  /** `flushed` is called once the frame has left. */
  send(frame: ServerFrame, flushed: () => void): void
}

/** Reads a merchant's events after a seq, oldest first, and the newest and the first seq there is. */
export type ReadEvents = (after: number, limit: number) => Promise<Page>

export interface ConnectionOptions {
  readonly socket: FrameSink
  readonly read: ReadEvents
  readonly session: string
  readonly merchant: string
  readonly mode: Mode
  readonly headSeq: number
  /** Whether the client may be told of an event. */
  readonly mayTell: (event: Event) => boolean
  readonly bufferedBytesMax: number
  readonly onReadError: (error: unknown) => void
  /** Which events this client asks for; left out: all. */
  readonly wants?: (event: SequencedEvent) => boolean
  /** An event was handed to the socket. */
  readonly onSent: () => void
}

/** One client's stream: says hello, waits for its cursor, then sends every later event in order, each once per connection. */
export interface Connection {
  /** The client sent a text frame. */
  receive(text: string): Promise<void>
  /** The bus announced these, in order. They are used when they continue the cursor, and are a doorbell otherwise. */
  announce(events: readonly SequencedEvent[]): void
  /** The newest seq there is, as the store says. */
  headKnown(head: number): void
  /** Something besides new events waits for this client. Not every kind of stream has such things. */
  ring?(): void
  /** Events flow only while the credential is known to be good; false pauses. */
  setVerified(verified: boolean): void
  /** The client has not sent its cursor in time. */
  resumeOverdue(): void
  end(code: number, error?: { code: string; message: string; first_seq?: number }): void
  readonly resumed: boolean
}

/** A connection that speaks in frames, in whichever form they came. */
export interface FrameConnection extends Connection {
  /** The client sent this. */
  take(frame: ClientFrame): Promise<void>
}

export const createConnection = (options: ConnectionOptions): FrameConnection => {
  const { socket, read, wants = () => true } = options
  const allowance = createAllowance(monotonicMs)
  let cursor: Cursor | undefined
  /** The last event that was shown, and the last that the client said it has. */
  let [shown, heard] = [0, 0]
  let resuming = false
  let pumping = false
  let rung = false
  let verified = true
  let open = true

  const send = (frame: ServerFrame): void => socket.send(frame, flushed)

  const end: Connection['end'] = (code, error) => {
    if (!open) return
    if (error !== undefined) send({ type: 'error', ...error })
    open = false
    socket.close(code, error?.code ?? '')
  }
  const violate = (message: string): void => end(closeCodes.protocol, { code: 'protocol_error', message })
  const unknownCursor = (message: string): void => end(closeCodes.unknownCursor, { code: 'unknown_cursor', message })

  /** Never silence: whoever thinks to have seen everything must hear that something is missing. */
  const noLongerKept = (after: number, first: number): void =>
    end(closeCodes.unknownCursor, {
      code: 'event_no_longer_kept',
      message: `Events ${after + 1} to ${first - 1} are no longer kept. Resume after ${first - 1} to get all that are, or after null for new ones only.`,
      first_seq: first,
    })

  const blocked = (): boolean => !open || !verified || socket.bufferedBytes() > options.bufferedBytesMax

  const deliver = (events: readonly SequencedEvent[]): void => {
    if (cursor === undefined) return
    const next = continuing(cursor, events)
    for (const [at, each] of next.entries()) {
      if (blocked()) return
      const { seq, event } = each
      const tellable = options.mayTell(event)
      if (tellable && wants(each)) {
        send({ type: 'event', seq, event })
        options.onSent()
        shown = seq
        cursor = withSent(cursor, seq)
        continue
      }
      // One word for all that follow each other.
      const following = next[at + 1]?.event
      if (!tellable && following !== undefined && !options.mayTell(following)) continue
      if (!tellable) send({ type: 'skip', seq })
      cursor = passing(withSent(cursor, seq))
    }
  }

  /** Nobody has to say that there was nothing for them: with all that was shown, what was skipped is acknowledged. */
  const passing = (at: Cursor): Cursor => (at.acked >= shown ? { ...at, acked: at.sent } : at)

  const pumpOnce = async (): Promise<boolean> => {
    if (cursor === undefined || blocked() || roomOf(cursor) === 0 || cursor.head <= cursor.sent) return false
    const page = await read(cursor.sent, Math.min(pageMax, roomOf(cursor)))
    cursor = withHead(cursor, page.head_seq)
    const first = keptFrom(cursor, page)
    if (first !== undefined) {
      noLongerKept(cursor.sent, first)
      return false
    }
    deliver(page.events)
    return page.events.length > 0
  }

  // One reader per connection. Whoever rings while it is at work causes one more turn, so that no ring is lost.
  const pump = async (): Promise<void> => {
    rung = true
    if (pumping) return
    pumping = true
    try {
      while (rung) {
        rung = false
        while (await pumpOnce());
      }
    } catch (error) {
      // The next announcement or poll tries again from the same cursor.
      options.onReadError(error)
    } finally {
      pumping = false
    }
  }

  function flushed(): void {
    if (cursor !== undefined && cursor.head > cursor.sent) void pump()
  }

  /** After a restore from a backup the order goes on from an earlier point, and other events take the same seqs. */
  const isSameEvent = async (seq: number, id: string | undefined): Promise<boolean> => {
    if (id === undefined || seq === 0) return true
    const [found] = (await read(seq - 1, 1)).events
    // One that is no longer kept cannot be compared; what is missing after it is noticed all the same.
    return found?.seq !== seq || found.event.id === id
  }

  const resume = async ({ after, event }: Extract<ClientFrame, { type: 'resume' }>): Promise<void> => {
    if (resuming) return violate('resume may be sent once.')
    resuming = true
    // The client may have heard of newer events on an earlier connection than this one knew of at its hello.
    const page = after === null ? { head_seq: options.headSeq, events: [] } : await read(after, 0)
    const head = Math.max(options.headSeq, page.head_seq)
    if (after !== null && after > head) return unknownCursor(`There is no event ${after}: the newest is ${head}.`)
    if (after !== null && !(await isSameEvent(after, event)))
      return unknownCursor(`Event ${after} is not ${event}: the events were restored from an earlier copy.`)
    const first = after === null ? undefined : keptFrom(startAt(after, head), page)
    if (after !== null && first !== undefined) return noLongerKept(after, first)
    if (!open) return
    // null means from now on, and "now" is the head that hello told: nothing falls between the two.
    cursor = startAt(after ?? options.headSeq, head)
    shown = heard = cursor.sent
    send({ type: 'ready', after: cursor.sent })
    await pump()
  }

  const acknowledge = (seq: number): void => {
    const moved = cursor === undefined ? undefined : withAck(cursor, seq)
    if (moved === undefined) return violate(`ack ${seq}: no such event was sent on this connection.`)
    // Acknowledgements that move forward are bounded by what was sent; only the others are counted.
    if (seq <= heard && !allowance.take()) return violate('Too many frames.')
    heard = Math.max(heard, seq)
    cursor = passing(moved)
    void pump()
  }

  const handle = async (frame: ClientFrame): Promise<void> =>
    frame.type === 'ack' ? acknowledge(frame.seq) : resume(frame)

  const take = async (frame: ClientFrame): Promise<void> => {
    if (!open) return
    try {
      await handle(frame)
    } catch (error) {
      options.onReadError(error)
      end(closeCodes.restarting, {
        code: 'upstream_unavailable',
        message: 'Events cannot be read right now. Connect again shortly.',
      })
    }
  }

  send({
    type: 'hello',
    session: options.session,
    merchant: options.merchant,
    mode: options.mode,
    head_seq: options.headSeq,
  })

  return {
    take,
    async receive(text) {
      if (!open) return
      const frame = readClientFrame(text)
      if (frame === undefined) return violate('Expected {"type":"resume","after":…} or {"type":"ack","seq":…}.')
      await take(frame)
    },
    announce(events) {
      const newest = events.at(-1)?.seq
      if (cursor === undefined || newest === undefined) return
      cursor = withHead(cursor, newest)
      deliver(events)
      void pump()
    },
    headKnown(head) {
      if (cursor === undefined) return
      cursor = withHead(cursor, head)
      void pump()
    },
    setVerified(now) {
      const again = now && !verified
      verified = now
      if (again) void pump()
    },
    resumeOverdue() {
      if (!resuming) violate('resume was not sent in time.')
    },
    end,
    get resumed() {
      return cursor !== undefined
    },
  }
}
