import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { monotonicMs } from '@micro/kernel'
import type { Seeded } from '@micro/testing'
import type { Json } from '../e2e/api.ts'

/** One attempt as the client saw it. Status 0: no answer, or one that broke off. */
export interface Observation {
  readonly step: string
  readonly key: string
  readonly atMs: number
  readonly ms: number
  readonly status: number
  readonly code: string | undefined
  readonly retryAfter: boolean
  readonly text: string
  readonly body: Json | undefined
}

export interface Request {
  /** What the client is doing, for the log. */
  readonly step: string
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly key?: string
  readonly body?: object
}

const answerMsMax = 8_000

const parse = (text: string): Json | undefined => {
  try {
    return JSON.parse(text) as Json
  } catch {
    return undefined
  }
}

/** Sends one request and writes down what came of it. Never rejects. */
export const observe = async (url: string, credential: string, request: Request): Promise<Observation> => {
  const atMs = monotonicMs()
  const { step, method, path, key = randomUUID(), body } = request
  const unanswered = { step, key, atMs, status: 0, code: undefined, retryAfter: false, body: undefined }
  try {
    const response = await fetch(url + path, {
      method,
      headers: {
        authorization: `Bearer ${credential}`,
        'content-type': 'application/json',
        ...(method === 'POST' ? { 'idempotency-key': key } : {}),
      },
      signal: AbortSignal.timeout(answerMsMax),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    const read = parse(text)
    return {
      step,
      key,
      atMs,
      ms: monotonicMs() - atMs,
      status: response.status,
      code: read?.error?.code,
      retryAfter: response.headers.has('retry-after'),
      text,
      body: read,
    }
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : ''
    return { ...unanswered, ms: monotonicMs() - atMs, text: `${String(error)} ${cause}` }
  }
}

/** The client knows how its request ended: done, or (402) declined. */
export const isAnswered = ({ status }: Observation): boolean => (status >= 200 && status < 300) || status === 402

/** What an SDK tries again with the same key. */
export const isPassing = ({ status, code }: Observation): boolean =>
  status === 0 || status === 503 || status === 504 || status === 429 || code === 'idempotency_key_in_use'

const retryMsMin = 20
const retryMsMax = 500

/**
 * Sends until it is answered, as an SDK does, with the same key and a growing pause; gives up after `deadlineMs()`
 * (a monotonic time, asked each time), when `abandons` says so, or at an answer that no retry changes.
 */
export const converge = async (options: {
  send: () => Promise<Observation>
  random: Seeded
  deadlineMs: () => number
  abandons: () => boolean
}): Promise<Observation | undefined> => {
  for (let tries = 0; ; tries++) {
    const seen = await options.send()
    if (isAnswered(seen)) return seen
    if (!isPassing(seen) || options.abandons() || monotonicMs() > options.deadlineMs()) return undefined
    await delay(options.random.between(retryMsMin, Math.min(retryMsMax, retryMsMin * 2 ** (tries + 1))))
  }
}
