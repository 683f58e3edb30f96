import { apiVersion, closeCodes, unacknowledgedMax, type Event, type SequencedEvent } from '@micro/contracts'
import { verifySignatureHeader } from '@micro/signing'
import { eventually } from '@micro/testing'
import { describe, expect, test } from 'vitest'
import { createCliConnection } from './connection.ts'

interface Message {
  readonly type: string
  readonly webhook_id: string
  readonly webhook_conversation_id: string
  readonly endpoint: { readonly api_version: string | null }
  readonly event_payload: string
  readonly http_headers: Readonly<Record<string, string>>
}

const eventOf = (seq: number): SequencedEvent => ({ seq, event: { id: `evt_${seq}`, type: 'a.b' } as Event })
const upTo = (count: number): SequencedEvent[] => Array.from({ length: count }, (_, at) => eventOf(at + 1))
const idOf = ({ event_payload }: Message): string => (JSON.parse(event_payload) as Event).id

const setUp = (stored: SequencedEvent[], { afterSeq = 0, wantsEvents = true } = {}) => {
  const messages: Message[] = []
  const state = { stored, buffered: 0, closed: undefined as number | undefined, resends: [] as Event[] }
  const noted: { afterSeq: number; resent: readonly string[] }[] = []
  let names = 0
  const connection = createCliConnection({
    socket: {
      bufferedBytes: () => state.buffered,
      send: (text) => void messages.push(JSON.parse(text) as Message),
      close: (code) => (state.closed = code),
    },
    read: async (after, limit) => ({
      head_seq: state.stored.at(-1)?.seq ?? 0,
      first_seq: state.stored[0]?.seq ?? 1,
      events: state.stored.filter(({ seq }) => seq > after).slice(0, limit),
    }),
    readResends: () => Promise.resolve(state.resends),
    keeper: {
      note: (seq, resent) => void noted.push({ afterSeq: seq, resent }),
      beat: () => {},
      end: () => Promise.resolve(),
    },
    afterSeq,
    headSeq: stored.at(-1)?.seq ?? 0,
    wantsEvents,
    mayTell: ({ type }) => type !== 'ledger.hidden',
    secret: 'whsec_1',
    newName: (kind) => `${kind}_${++names}`,
    nowSeconds: () => 1_700_000_000,
    bufferedBytesMax: 1000,
    onReadError: () => {},
    onSent: () => {},
  })
  const acknowledge = (message: Message | undefined) =>
    connection.receive(
      JSON.stringify({
        type: 'event_ack',
        event_id: idOf(message as Message),
        webhook_conversation_id: message?.webhook_conversation_id,
        webhook_id: message?.webhook_id,
      }),
    )
  const defaults = () => messages.filter(({ endpoint }) => endpoint.api_version === null)
  return { connection, messages, defaults, state, noted, acknowledge }
}

describe("a connection of Stripe's command line", () => {
  test('gets what its session has not acknowledged, in order, each event for either version, signed', async () => {
    const { messages } = setUp(upTo(4), { afterSeq: 2 })
    await eventually(() => expect(messages).toHaveLength(4))
    expect(messages.map((each) => [idOf(each), each.endpoint.api_version])).toEqual([
      ['evt_3', null],
      ['evt_3', apiVersion],
      ['evt_4', null],
      ['evt_4', apiVersion],
    ])
    for (const { event_payload: payload, http_headers } of messages)
      expect(
        verifySignatureHeader({
          header: http_headers['Stripe-Signature'] ?? '',
          payload,
          secret: 'whsec_1',
          now: 1_700_000_000,
        }),
      ).toBe(true)
  })

  test('moves its place on once both copies of all before are acknowledged, in whatever order they come', async () => {
    const { messages, noted, acknowledge } = setUp(upTo(3))
    await eventually(() => expect(messages).toHaveLength(6))
    for (const at of [2, 3, 5, 0]) await acknowledge(messages[at])
    expect(noted).toEqual([])
    await acknowledge(messages[1])
    expect(noted).toEqual([{ afterSeq: 2, resent: [] }])
    await acknowledge(messages[4])
    expect(noted.at(-1)).toEqual({ afterSeq: 3, resent: [] })
  })

  test('goes on with what is kept where its session has a place before that, however far', async () => {
    const { defaults, noted, messages, acknowledge } = setUp(upTo(unacknowledgedMax + 12).slice(unacknowledgedMax + 10))
    await eventually(() => expect(defaults()).toHaveLength(2))
    for (const each of messages) await acknowledge(each)
    expect(noted.at(-1)).toEqual({ afterSeq: unacknowledgedMax + 12, resent: [] })
  })

  test('an acknowledgement of what was never sent moves nothing', async () => {
    const { connection, messages, noted } = setUp(upTo(1))
    await eventually(() => expect(messages).toHaveLength(2))
    await connection.receive('{"type":"event_ack","event_id":"evt_1","webhook_conversation_id":"wc_other"}')
    await connection.receive('{"type":"webhook_response","status":200}')
    expect(noted).toEqual([])
  })

  test('gets no more than the window before it acknowledges', async () => {
    const { messages, defaults, acknowledge } = setUp(upTo(unacknowledgedMax + 10))
    await eventually(() => expect(defaults()).toHaveLength(unacknowledgedMax))
    for (const each of messages.slice(0, 20)) await acknowledge(each)
    await eventually(() => expect(defaults()).toHaveLength(unacknowledgedMax + 10))
  })

  test('gets what is to be sent once more until it acknowledges that, and its place stays', async () => {
    const { connection, messages, noted, state, acknowledge } = setUp(upTo(5), { afterSeq: 5 })
    state.resends = [eventOf(2).event]
    connection.ring?.()
    await eventually(() => expect(messages.map(idOf)).toEqual(['evt_2', 'evt_2']))
    connection.ring?.()
    for (const each of messages) await acknowledge(each)
    expect(noted).toEqual([{ afterSeq: 5, resent: ['evt_2'] }])
    expect(messages).toHaveLength(2)
  })

  test('that is for something else gets no events', async () => {
    const { connection, messages } = setUp(upTo(3), { wantsEvents: false })
    connection.announce([eventOf(4)])
    connection.headKnown(4)
    expect(messages).toEqual([])
  })

  test('waits while nobody can tell whether its key holds', async () => {
    const { connection, messages, state } = setUp([], {})
    connection.setVerified(false)
    state.stored = upTo(2)
    connection.announce(upTo(2))
    expect(messages).toEqual([])
    connection.setVerified(true)
    await eventually(() => expect(messages).toHaveLength(4))
  })

  for (const [name, texts] of [
    ['what is no message', ['hello']],
    ['a message without a type', ['{}']],
    ['an acknowledgement of nothing', ['{"type":"event_ack"}']],
    ['more than anybody has to say', Array.from({ length: 100 }, () => '{"type":"webhook_response"}')],
  ] as const)
    test(`ends on ${name}`, async () => {
      const { connection, state } = setUp([])
      for (const text of texts) await connection.receive(text)
      expect(state.closed).toBe(closeCodes.protocol)
    })
})

describe("the ledger's events", () => {
  const ledgerEvent = (seq: number, type = 'ledger.transaction.posted'): SequencedEvent => ({
    seq,
    event: { id: `evt_${seq}`, type } as Event,
  })

  test('are passed over, however many, and the place moves on over them', async () => {
    const many = Array.from({ length: 2_000 }, (_, at) => ledgerEvent(at + 2))
    const { defaults, messages, noted, acknowledge } = setUp([eventOf(1), ...many, eventOf(2_002)])
    await eventually(() => expect(defaults().map(idOf)).toContain('evt_1'))
    for (const each of messages.slice(0, 2)) await acknowledge(each)
    await eventually(() => expect(defaults().map(idOf)).toEqual(['evt_1', 'evt_2002']))
    for (const each of messages.slice(2)) await acknowledge(each)
    expect(noted.at(-1)?.afterSeq).toBe(2_002)
  })

  test('are sent when one is asked for once more, to a key that may be told', async () => {
    const { connection, defaults, state, noted } = setUp([])
    state.resends = [ledgerEvent(7).event, ledgerEvent(8, 'ledger.hidden').event]
    connection.ring?.()
    await eventually(() => expect(defaults().map(idOf)).toEqual(['evt_7']))
    expect(noted).toContainEqual({ afterSeq: 0, resent: ['evt_8'] })
  })
})
