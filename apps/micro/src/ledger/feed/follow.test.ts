import { ApiError, ConnectionError, StreamBrokenError } from '@micro/client'
import { describe, expect, test } from 'vitest'
import { entryOf, transactionOf } from '../ledger.fixture.ts'
import { followFeed, type FeedLine, type FeedOptions } from './follow.ts'

const heartbeat = (seq: number): FeedLine => ({ object: 'ledger.feed.heartbeat', cursor: `c${seq}`, head_seq: 9 })
const news = (seq: number): FeedLine => ({
  object: 'ledger.feed.transaction',
  cursor: `c${seq}`,
  transaction: transactionOf([entryOf('a', -1n), entryOf('b', 1n)], { seq }),
})
const refused = (status: number): ApiError =>
  new ApiError({ status, body: { error: { type: 'invalid_request_error', message: `status ${status}` } } })

/** One connection: lines, then its end, an error, or silence until somebody gives up. */
type Connection = readonly (FeedLine | Error | 'silence')[]

const reading = (connections: readonly Connection[], over: Partial<FeedOptions> = {}) => {
  const asked: string[] = []
  const told: string[] = []
  const stopping = new AbortController()
  const lines = followFeed({
    async *open({ after, signal }) {
      asked.push(after)
      for (const each of connections[Math.min(asked.length, connections.length) - 1] ?? []) {
        if (each === 'silence')
          await new Promise((_, reject) => signal.addEventListener('abort', () => reject(new ConnectionError('cut'))))
        else if (each instanceof Error) throw each
        else yield each
      }
    },
    after: 'c0',
    follow: false,
    signal: stopping.signal,
    timings: { silenceMsMax: 20, backoff: { msMin: 1, msMax: 2 } },
    onLost: (reason) => told.push(`lost: ${reason}`),
    onBack: () => told.push('back'),
    ...over,
  })
  /** The seqs that came, in order. */
  const seqs = async (): Promise<number[]> => {
    const seen: number[] = []
    for await (const line of lines) if (line.object === 'ledger.feed.transaction') seen.push(line.transaction.seq)
    return seen
  }
  return { asked, told, stopping, lines, seqs }
}

const whole = (...seqs: number[]): Connection => [heartbeat(0), ...seqs.map(news), heartbeat(seqs.at(-1) ?? 0)]

test('a feed that is whole is read once', async () => {
  const { seqs, asked, told } = reading([whole(1, 2, 3)])
  expect([await seqs(), asked, told]).toEqual([[1, 2, 3], ['c0'], []])
})

describe('wherever a connection ends, the next goes on behind the last line: each transaction comes once', () => {
  for (const [name, end] of [
    ['it breaks', new ConnectionError('it broke')],
    ['it ends in the middle of a line', new StreamBrokenError('in the middle')],
    ['the server tells an error', refused(200)],
    ['the server is busy', refused(503)],
    ['the server falls silent', 'silence'],
  ] as const)
    test(name, async () => {
      const { seqs, asked, told } = reading([[heartbeat(0), news(1), news(2), end], [heartbeat(2), end], whole(3, 4)])
      expect([await seqs(), asked]).toEqual([
        [1, 2, 3, 4],
        ['c0', 'c2', 'c2'],
      ])
      expect(told.at(-1)).toBe('back')
    })

  test('it ends without saying that this is the end', async () => {
    const { seqs, asked } = reading([[heartbeat(0), news(1)], [heartbeat(1)], [], whole(2)])
    expect([await seqs(), asked]).toEqual([
      [1, 2],
      ['c0', 'c1', 'c1', 'c1'],
    ])
  })
})

describe('trying again does not help', () => {
  for (const status of [400, 401, 403, 404, 409])
    test(`status ${status}, at the beginning and later`, async () => {
      const first = reading([[refused(status)]])
      await expect(first.seqs()).rejects.toMatchObject({ status })
      const later = reading([[heartbeat(0), news(1), new ConnectionError('it broke')], [refused(status)]])
      await expect(later.seqs()).rejects.toMatchObject({ status })
      expect([first.asked, later.asked]).toEqual([['c0'], ['c0', 'c1']])
    })

  test('where nobody was ever reached', async () => {
    const { seqs, asked } = reading([[new ConnectionError('nobody there')]], { follow: true })
    await expect(seqs()).rejects.toThrow('nobody there')
    expect(asked).toEqual(['c0'])
  })

  test('without follow it is given up when nothing comes for long', async () => {
    const { seqs, asked } = reading([[heartbeat(0), new ConnectionError('it broke')]])
    await expect(seqs()).rejects.toThrow('it broke')
    expect(asked).toHaveLength(9)
  })
})

test('a follower goes on where the server ends the stream, as at a restart, however often', async () => {
  const connections = Array.from({ length: 30 }, (_, at): Connection => whole(at + 1))
  const { lines, stopping } = reading(connections, { follow: true })
  const seen: number[] = []
  for await (const line of lines) {
    if (line.object === 'ledger.feed.transaction') seen.push(line.transaction.seq)
    if (seen.length === 30) stopping.abort()
  }
  expect(seen).toEqual(Array.from({ length: 30 }, (_, at) => at + 1))
})

test('the time a reader takes for a line is no silence of the server', async () => {
  const { lines, asked } = reading([whole(1, 2)])
  for await (const _ of lines) await new Promise((resolve) => setTimeout(resolve, 30))
  expect(asked).toEqual(['c0'])
})

test('the signal ends it, also while it waits or rests', async () => {
  for (const connection of [
    [heartbeat(0), 'silence'],
    [heartbeat(0), refused(503)],
  ] as const) {
    const { lines, stopping } = reading([connection], {
      follow: true,
      timings: { silenceMsMax: 60_000, backoff: { msMin: 60_000, msMax: 60_000 } },
    })
    const seen: FeedLine[] = []
    for await (const line of lines) {
      seen.push(line)
      setTimeout(() => stopping.abort(), 5)
    }
    expect(seen).toEqual([heartbeat(0)])
  }
})
