import { closeCodes, unacknowledgedMax, type SequencedEvent, type ServerFrame } from '@micro/contracts'
import { eventually } from '@micro/testing'
import { describe, expect, test } from 'vitest'
import { createConnection } from './connection.ts'

const eventOf = (seq: number): SequencedEvent => ({ seq, event: { id: `evt_${seq}` } as SequencedEvent['event'] })
const upTo = (count: number): SequencedEvent[] => Array.from({ length: count }, (_, at) => eventOf(at + 1))

const setUp = (
  stored: SequencedEvent[] = [],
  headSeq = stored.length,
  wants: (event: SequencedEvent) => boolean = () => true,
) => {
  const frames: ServerFrame[] = []
  const flushes: (() => void)[] = []
  const state = {
    stored,
    first: stored[0]?.seq ?? 1,
    buffered: 0,
    reads: 0,
    closed: undefined as number | undefined,
    failing: false,
  }
  const connection = createConnection({
    socket: {
      bufferedBytes: () => state.buffered,
      send(frame, flushed) {
        frames.push(frame)
        flushes.push(flushed)
      },
      close: (code) => (state.closed = code),
    },
    async read(after, limit) {
      state.reads++
      await Promise.resolve()
      if (state.failing) throw new Error('store down')
      return {
        head_seq: Math.max(headSeq, state.stored.at(-1)?.seq ?? 0),
        first_seq: state.first,
        events: state.stored.filter(({ seq }) => seq > after).slice(0, limit),
      }
    },
    session: 'cliws_1',
    merchant: 'acct_a',
    mode: 'test',
    headSeq,
    bufferedBytesMax: 1000,
    wants,
    onSent: () => {},
    mayTell: ({ type }) => type !== 'ledger.hidden',
    onReadError: () => {},
  })
  const seqs = (): number[] => frames.flatMap((frame) => (frame.type === 'event' ? [frame.seq] : []))
  const sendFrame = (frame: object) => connection.receive(JSON.stringify(frame))
  return { connection, frames, flushes, state, seqs, sendFrame }
}

const numbers = (first: number, last: number): number[] =>
  Array.from({ length: last - first + 1 }, (_, at) => first + at)

describe('a stream connection', () => {
  test('says hello first, and sends nothing before the client has named its cursor', async () => {
    const { connection, frames, sendFrame } = setUp(upTo(3))
    connection.announce([eventOf(4)])
    connection.headKnown(4)
    expect(frames).toEqual([{ type: 'hello', session: 'cliws_1', merchant: 'acct_a', mode: 'test', head_seq: 3 }])
    await sendFrame({ type: 'resume', after: 1 })
    expect(frames.slice(1)).toMatchObject([{ type: 'ready', after: 1 }, { seq: 2 }, { seq: 3 }])
  })

  test('resuming from null starts at the head that hello told, so nothing falls between', async () => {
    const { connection, state, seqs, sendFrame } = setUp(upTo(3))
    state.stored = upTo(5)
    await sendFrame({ type: 'resume', after: null })
    connection.headKnown(5)
    await eventually(() => expect(seqs()).toEqual([4, 5]))
  })

  for (const [name, frame] of [
    ['the same event at the cursor', { type: 'resume', after: 2, event: 'evt_2' }],
    ['an event at the beginning, where none is', { type: 'resume', after: 0, event: 'evt_0' }],
  ] as const)
    test(`resuming with ${name} goes on from there`, async () => {
      const { seqs, state, sendFrame } = setUp(upTo(3))
      await sendFrame(frame)
      expect([seqs(), state.closed]).toEqual([numbers(frame.after + 1, 3), undefined])
    })

  test('resuming from an event that is no longer kept, but its successors are, cannot and need not be compared', async () => {
    const { seqs, state, sendFrame } = setUp(upTo(9).slice(5), 9)
    await sendFrame({ type: 'resume', after: 5, event: 'evt_5' })
    expect([seqs(), state.closed]).toEqual([[6, 7, 8, 9], undefined])
  })

  for (const [name, stored, after, first] of [
    ['before the events that are kept', upTo(9).slice(5), 2, 6],
    ['of the beginning, where that is no longer kept', upTo(9).slice(5), 0, 6],
    ['where none is kept any more', [], 2, 10],
  ] as const)
    test(`resuming from a cursor ${name} is told what has left, and from where it can go on`, async () => {
      const { frames, seqs, state, sendFrame } = setUp([...stored], 9)
      state.first = first
      await sendFrame({ type: 'resume', after })
      const message = `Events ${after + 1} to ${first - 1} are no longer kept. Resume after ${first - 1} to get all that are, or after null for new ones only.`
      expect(frames.slice(1)).toEqual([{ type: 'error', code: 'event_no_longer_kept', message, first_seq: first }])
      expect([seqs(), state.closed]).toEqual([[], closeCodes.unknownCursor])
      const again = setUp([...stored], 9)
      again.state.first = first
      await again.sendFrame({ type: 'resume', after: first - 1 })
      expect([again.seqs(), again.state.closed]).toEqual([stored.map(({ seq }) => seq), undefined])
    })

  test('a client that is so slow that events leave before it gets them is told so', async () => {
    const { connection, frames, seqs, state, sendFrame } = setUp(upTo(3))
    state.buffered = 2_000
    await sendFrame({ type: 'resume', after: 0 })
    state.stored = []
    state.first = 4
    state.buffered = 0
    connection.headKnown(3)
    await eventually(() => expect(frames.at(-1)).toMatchObject({ code: 'event_no_longer_kept', first_seq: 4 }))
    expect(seqs()).toEqual([])
  })

  test('announced events that continue the cursor are sent without asking the store', async () => {
    const { connection, seqs, state, sendFrame } = setUp(upTo(2))
    await sendFrame({ type: 'resume', after: 2 })
    const before = state.reads
    connection.announce([eventOf(3), eventOf(4)])
    expect(seqs()).toEqual([3, 4])
    expect(state.reads).toBe(before)
  })

  test('a gap in the announcements is filled from the store, in order', async () => {
    const { connection, seqs, state, sendFrame } = setUp(upTo(2))
    await sendFrame({ type: 'resume', after: 2 })
    state.stored = upTo(9)
    connection.announce([eventOf(8), eventOf(9)])
    await eventually(() => expect(seqs()).toEqual(numbers(3, 9)))
  })

  test('announcements that arrive while the store is read cause neither gap nor repeat', async () => {
    const { connection, seqs, state, sendFrame } = setUp(upTo(300))
    const resuming = sendFrame({ type: 'resume', after: 100 })
    for (let seq = 301; seq <= 310; seq++) {
      state.stored = upTo(seq)
      connection.announce([eventOf(seq)])
      await Promise.resolve()
    }
    await resuming
    await eventually(() => expect(seqs()).toEqual(numbers(101, 310)))
  })

  test('at most the window is under way; an acknowledgement moves it', async () => {
    const { seqs, sendFrame } = setUp(upTo(1_000))
    await sendFrame({ type: 'resume', after: 0 })
    expect(seqs()).toEqual(numbers(1, unacknowledgedMax))
    await sendFrame({ type: 'ack', seq: 10 })
    await eventually(() => expect(seqs()).toEqual(numbers(1, unacknowledgedMax + 10)))
  })

  test('events that are not asked for take up nothing of the window, whichever are under way', async () => {
    const wanted = new Set([1, 2, 5, 700, 1_000])
    const { seqs, sendFrame } = setUp(upTo(1_000), 1_000, ({ seq }) => wanted.has(seq))
    await sendFrame({ type: 'resume', after: 0 })
    // Those under way hold up what comes long after them, and nothing else does.
    expect(seqs()).toEqual([1, 2, 5])
    await sendFrame({ type: 'ack', seq: 2 })
    await sendFrame({ type: 'ack', seq: 5 })
    await eventually(() => expect(seqs()).toEqual([1, 2, 5, 700]))
    await sendFrame({ type: 'ack', seq: 700 })
    await eventually(() => expect(seqs()).toEqual([...wanted]))
  })

  test('a slow reader is paused and continued where it was', async () => {
    const { connection, seqs, state, flushes, sendFrame } = setUp(upTo(5))
    await sendFrame({ type: 'resume', after: 5 })
    state.buffered = 1001
    state.stored = upTo(8)
    connection.announce([eventOf(6), eventOf(7), eventOf(8)])
    expect(seqs()).toEqual([])
    state.buffered = 0
    flushes.at(-1)?.()
    await eventually(() => expect(seqs()).toEqual([6, 7, 8]))
  })

  test('while nobody can verify its credential a stream is paused', async () => {
    const { connection, seqs, state, sendFrame } = setUp(upTo(1))
    await sendFrame({ type: 'resume', after: 1 })
    connection.setVerified(false)
    state.stored = upTo(3)
    connection.announce([eventOf(2), eventOf(3)])
    expect(seqs()).toEqual([])
    connection.setVerified(true)
    await eventually(() => expect(seqs()).toEqual([2, 3]))
  })

  test('a store that fails loses nothing: the next poll continues', async () => {
    const { connection, seqs, state, sendFrame } = setUp(upTo(1))
    await sendFrame({ type: 'resume', after: 1 })
    state.failing = true
    state.stored = upTo(4)
    connection.announce([eventOf(4)])
    await eventually(() => state.reads >= 1)
    state.failing = false
    await eventually(() => {
      connection.headKnown(4)
      expect(seqs()).toEqual([2, 3, 4])
    })
  })
})

describe('a stream ends', () => {
  for (const [name, frames, code] of [
    ['on something that is no frame', ['nonsense'], closeCodes.protocol],
    ['on a frame nobody knows', [{ type: 'subscribe', merchant: 'acct_b' }], closeCodes.protocol],
    ['on a cursor that is no number', [{ type: 'resume', after: '1' }], closeCodes.protocol],
    ['on a fraction', [{ type: 'resume', after: 1.5 }], closeCodes.protocol],
    ['on a negative cursor', [{ type: 'resume', after: -1 }], closeCodes.protocol],
    [
      'on a second resume',
      [
        { type: 'resume', after: 0 },
        { type: 'resume', after: 0 },
      ],
      closeCodes.protocol,
    ],
    ['on an acknowledgement before resume', [{ type: 'ack', seq: 0 }], closeCodes.protocol],
    [
      'on an acknowledgement of the future',
      [
        { type: 'resume', after: null },
        { type: 'ack', seq: 99 },
      ],
      closeCodes.protocol,
    ],
    ['on a cursor newer than the head', [{ type: 'resume', after: 99 }], closeCodes.unknownCursor],
    ['on another event at the cursor', [{ type: 'resume', after: 2, event: 'evt_other' }], closeCodes.unknownCursor],
    ['on an event id that is none', [{ type: 'resume', after: 2, event: 7 }], closeCodes.protocol],
  ] as const) {
    test(name, async () => {
      const { connection, frames: sent, state } = setUp(upTo(3))
      for (const frame of frames) await connection.receive(typeof frame === 'string' ? frame : JSON.stringify(frame))
      expect(state.closed).toBe(code)
      expect(sent.at(-1)).toMatchObject({ type: 'error' })
    })
  }

  test('on a cursor older than what is kept', async () => {
    const { state, sendFrame } = setUp(upTo(9).slice(5), 9)
    await sendFrame({ type: 'resume', after: 2 })
    expect(state.closed).toBe(closeCodes.unknownCursor)
  })

  test('when the cursor does not come in time, and only then', async () => {
    const silent = setUp()
    silent.connection.resumeOverdue()
    expect(silent.state.closed).toBe(closeCodes.protocol)
    const prompt = setUp()
    await prompt.sendFrame({ type: 'resume', after: null })
    prompt.connection.resumeOverdue()
    expect(prompt.state.closed).toBeUndefined()
  })

  test('on a flood of frames that move nothing, but not on one acknowledgement per event', async () => {
    const idle = setUp(upTo(1))
    await idle.sendFrame({ type: 'resume', after: 0 })
    for (let at = 0; at < 100; at++) await idle.sendFrame({ type: 'ack', seq: 0 })
    expect(idle.state.closed).toBe(closeCodes.protocol)
    const busy = setUp(upTo(1_000))
    await busy.sendFrame({ type: 'resume', after: 0 })
    for (let seq = 1; seq <= 1_000; seq++) {
      await eventually(() => busy.seqs().length >= seq, { everyMs: 0 })
      await busy.sendFrame({ type: 'ack', seq })
    }
    expect(busy.state.closed).toBeUndefined()
    expect(busy.seqs()).toEqual(numbers(1, 1_000))
  })

  test('and then sends nothing more', async () => {
    const { connection, frames, sendFrame } = setUp(upTo(1))
    await sendFrame({ type: 'resume', after: 1 })
    connection.end(closeCodes.unauthenticated)
    const count = frames.length
    connection.announce([eventOf(2)])
    await sendFrame({ type: 'ack', seq: 1 })
    expect(frames).toHaveLength(count)
  })
})

describe('what a client may not be told', () => {
  const hidden = (seq: number): SequencedEvent => ({
    seq,
    event: { id: `evt_${seq}`, type: 'ledger.hidden' } as SequencedEvent['event'],
  })
  const shown = (frames: readonly ServerFrame[]) =>
    frames.flatMap((frame) => (frame.type === 'event' || frame.type === 'skip' ? [[frame.type, frame.seq]] : []))

  test('is passed over in the order, one word for those that follow each other, whether read or announced', async () => {
    const { connection, frames, state, sendFrame } = setUp([hidden(1), hidden(2), eventOf(3), hidden(4), eventOf(5)])
    await sendFrame({ type: 'resume', after: 0 })
    const want = [
      ['skip', 2],
      ['event', 3],
      ['skip', 4],
      ['event', 5],
    ]
    expect(shown(frames)).toEqual(want)
    state.stored = [...state.stored, hidden(6), eventOf(7)]
    connection.announce([hidden(6), eventOf(7)])
    expect(shown(frames)).toEqual([...want, ['skip', 6], ['event', 7]])
    expect(JSON.stringify(frames)).not.toContain('hidden')
  })

  test('needs no acknowledgement but that of what was shown before it, and may have one', async () => {
    const many = Array.from({ length: 1_000 }, (_, at) => hidden(at + 2))
    const { frames, seqs, sendFrame, state } = setUp([eventOf(1), ...many, eventOf(1_002)])
    await sendFrame({ type: 'resume', after: 0 })
    expect(seqs()).toEqual([1])
    await sendFrame({ type: 'ack', seq: 1 })
    await eventually(() => expect(seqs()).toEqual([1, 1_002]))
    for (const [type, seq] of shown(frames)) if (type === 'skip') await sendFrame({ type: 'ack', seq })
    await sendFrame({ type: 'ack', seq: 1_002 })
    expect(state.closed).toBe(undefined)
  })
})
