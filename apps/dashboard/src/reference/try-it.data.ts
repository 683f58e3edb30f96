import type { Mode } from '@micro/contracts'
import { reach } from '../api/call.ts'
import { addressOf, type Composed } from './compose.ts'
import type { Operation } from './operation.ts'
import { readSome } from './read-some.ts'

/** What came back, whether success or refusal. */
export interface Answer {
  readonly status: number
  readonly ms: number
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly requestId: string | undefined
  readonly body: string
  /** There was more of the body, or may have been. */
  readonly cut: boolean
}

/**
 * Sends a request with the session of whoever is signed in, and takes whatever is answered. The idempotency key is that of
 * the form, if one was typed. @throws Refusal when nothing is answered
 */
export const sendIt = async (
  { method, fields }: Operation,
  composed: Composed,
  { mode, idempotencyKey }: { mode: Mode; idempotencyKey: string },
): Promise<Answer> => {
  const takesKey = fields.some(({ in: place, path: [name] }) => place === 'header' && name === 'Idempotency-Key')
  const headers = new Headers({
    accept: 'application/json',
    ...(takesKey ? { 'idempotency-key': idempotencyKey } : {}),
    ...(composed.body === undefined ? {} : { 'content-type': 'application/json' }),
    ...composed.headers,
  })
  const started = performance.now()
  const body = composed.body === undefined ? {} : { body: JSON.stringify(composed.body) }
  const response = await reach(addressOf(composed), { method, headers, ...body }, mode)
  const { text, cut } = await readSome(response.body)
  return {
    status: response.status,
    ms: performance.now() - started,
    headers: [...response.headers],
    requestId: response.headers.get('request-id') ?? undefined,
    body: text,
    cut,
  }
}
