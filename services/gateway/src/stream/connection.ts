import { closeCodes, type ClientFrame, type Mode, type SequencedEvent, type ServerFrame } from '@micro/contracts'
import { monotonicMs } from '@micro/kernel'
import { createAllowance } from './allowance.ts'
import { continuing, roomOf, skips, startAt, withAck, withHead, withSent, type Cursor } from './cursor.ts'
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

/** Reads a merchant's events after a seq, oldest first, and the newest seq there is. */
export type ReadEvents = (
  after: number,
  limit: number,
) => Promise<{ head_seq: number; events: readonly SequencedEvent[] }>

export interface ConnectionOptions {
  readonly socket: StreamSocket
  readonly read: ReadEvents
  readonly session: string
  readonly merchant: string
  readonly mode: Mode
  readonly headSeq: number
  readonly bufferedBytesMax: number
  readonly onReadError: (error: unknown) => void
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
  /** Events flow only while the credential is known to be good; false pauses. */
  setVerified(verified: boolean): void
  /** The client has not sent its cursor in time. */
  resumeOverdue(): void
  end(code: number, error?: { code: string; message: string }): void
  readonly resumed: boolean
}

export const createConnection = (options: ConnectionOptions): Connection => {
  const { socket, read } = options
  const allowance = createAllowance(monotonicMs)
  let cursor: Cursor | undefined
  let resuming = false
  let pumping = false
  let rung = false
  let verified = true
  let open = true

  const send = (frame: ServerFrame): void => socket.send(JSON.stringify(frame), flushed)

  const end: Connection['end'] = (code, error) => {
    if (!open) return
    if (error !== undefined) send({ type: 'error', ...error })
    open = false
    socket.close(code, error?.code ?? '')
  }
  const violate = (message: string): void => end(closeCodes.protocol, { code: 'protocol_error', message })
  const unknownCursor = (message: string): void => end(closeCodes.unknownCursor, { code: 'unknown_cursor', message })

  const blocked = (): boolean => !open || !verified || socket.bufferedBytes() > options.bufferedBytesMax

  const deliver = (events: readonly SequencedEvent[]): void => {
    if (cursor === undefined) return
    for (const { seq, event } of continuing(cursor, events)) {
      if (blocked()) return
      send({ type: 'event', seq, event })
      options.onSent()
      cursor = withSent(cursor, seq)
    }
  }

  const pumpOnce = async (): Promise<boolean> => {
    if (cursor === undefined || blocked() || roomOf(cursor) === 0 || cursor.head <= cursor.sent) return false
    const page = await read(cursor.sent, Math.min(pageMax, roomOf(cursor)))
    cursor = withHead(cursor, page.head_seq)
    if (skips(cursor, page.events)) {
      unknownCursor(`Events after ${cursor.sent} are no longer kept. Resume from null.`)
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
    let head = options.headSeq
    // The client may have heard of newer events on an earlier connection than this one knew of at its hello.
    if (after !== null && after > head) head = (await read(after, 0)).head_seq
    if (after !== null && after > head) return unknownCursor(`There is no event ${after}: the newest is ${head}.`)
    if (after !== null && !(await isSameEvent(after, event)))
      return unknownCursor(`Event ${after} is not ${event}: the events were restored from an earlier copy.`)
    if (!open) return
    // null means from now on, and "now" is the head that hello told: nothing falls between the two.
    cursor = startAt(after ?? options.headSeq, head)
    send({ type: 'ready', after: cursor.sent })
    await pump()
  }

  const acknowledge = (seq: number): void => {
    const moved = cursor === undefined ? undefined : withAck(cursor, seq)
    if (moved === undefined) return violate(`ack ${seq}: no such event was sent on this connection.`)
    // Acknowledgements that move forward are bounded by what was sent; only the others are counted.
    if (moved === cursor && !allowance.take()) return violate('Too many frames.')
    cursor = moved
    void pump()
  }

  const handle = async (frame: ClientFrame): Promise<void> =>
    frame.type === 'ack' ? acknowledge(frame.seq) : resume(frame)

  send({
    type: 'hello',
    session: options.session,
    merchant: options.merchant,
    mode: options.mode,
    head_seq: options.headSeq,
  })

  return {
    async receive(text) {
      if (!open) return
      const frame = readClientFrame(text)
      if (frame === undefined) return violate('Expected {"type":"resume","after":…} or {"type":"ack","seq":…}.')
      try {
        await handle(frame)
      } catch (error) {
        options.onReadError(error)
        end(closeCodes.restarting, {
          code: 'upstream_unavailable',
          message: 'Events cannot be read right now. Connect again shortly.',
        })
      }
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
