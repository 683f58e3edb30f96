import { ApiError, ConnectionError } from '@micro/client'
import type { RequestLog } from '@micro/contracts'
import { expect, test } from 'vitest'
import { requestOf } from './logs.fixture.ts'
import { readMissed, type ListRequestLogs } from './missed.ts'

const startSeconds = requestOf(0).created
const forgotten = new ApiError({
  status: 400,
  body: { error: { type: 'invalid_request_error', code: 'resource_missing', message: 'No such request' } },
})

/** A server that remembers some requests, as `GET /request_logs` shows them; `onPage` comes before each answer. */
const remembering = (requests: readonly RequestLog[], onPage: (page: number) => void = () => {}): ListRequestLogs => {
  let pages = 0
  return ({ query = {} }) => {
    onPage(++pages)
    const { gte = 0, lte = Number.MAX_SAFE_INTEGER } = query.created as { gte?: number; lte?: number }
    const newestFirst = requests.toReversed().filter(({ created }) => created >= gte && created <= lte)
    const at = newestFirst.findIndex(({ id }) => id === query.starting_after)
    if (query.starting_after !== undefined && at < 0) return Promise.reject(forgotten)
    const rest = newestFirst.slice(at + 1)
    const limit = query.limit ?? 10
    return Promise.resolve({
      object: 'list',
      url: '/request_logs',
      has_more: rest.length > limit,
      data: rest.slice(0, limit),
    })
  }
}
const requests = (from: number, to: number): RequestLog[] =>
  Array.from({ length: to - from + 1 }, (_, at) => requestOf(from + at))
const gap = { sinceSeconds: startSeconds + 10, lostSeconds: startSeconds + 12 }

test('a gap is read over all its pages, oldest first, and is complete where something from before it is left', async () => {
  const { requests: missed, complete } = await readMissed(remembering(requests(1, 300)), {}, gap)
  expect(missed).toEqual(requests(10, 300))
  expect(complete).toBe(true)
})

test('nothing happened in it: it is complete all the same', async () => {
  expect(await readMissed(remembering(requests(1, 9)), {}, gap)).toEqual({ requests: [], complete: true })
})

test('where all that is left is younger than the gap, some of it may be forgotten', async () => {
  expect(await readMissed(remembering(requests(50, 60)), {}, gap)).toEqual({
    requests: requests(50, 60),
    complete: false,
  })
})

test('what is forgotten while it is read is told, and the rest is shown', async () => {
  const kept = requests(1, 250)
  const list = remembering(kept, (page) => page === 2 && kept.splice(0, 200))
  expect(await readMissed(list, {}, gap)).toEqual({ requests: requests(151, 250), complete: false })
})

test('any other error is none of a gap', async () => {
  const list: ListRequestLogs = () => Promise.reject(new ConnectionError('gone'))
  await expect(readMissed(list, {}, gap)).rejects.toThrow('gone')
})
