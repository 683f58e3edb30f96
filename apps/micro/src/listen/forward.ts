import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import type { Event } from '@micro/contracts'
import { monotonicMs, unixSeconds, type Clock } from '@micro/kernel'
import { signatureHeader } from '@micro/signing'

export interface ForwardOptions {
  readonly target: URL
  readonly secret: string
  readonly userAgent: string
  readonly clock: Clock
  readonly signal: AbortSignal
  /** For the whole exchange, in milliseconds. */
  readonly timeoutMs: number
}

/** What came of one attempt: an HTTP status, or the reason why there is none. */
export interface Forwarded {
  readonly ms: number
  readonly status?: number
  /** The beginning of the answer's body, where its status was no success. */
  readonly body?: string
  readonly error?: string
}

export type Forward = (event: Event) => Promise<Forwarded>

const bodyBytesMax = 4096

const readBeginning = async (response: IncomingMessage): Promise<string> => {
  const pieces: Buffer[] = []
  let bytes = 0
  for await (const piece of response as AsyncIterable<Buffer>) {
    if (bytes < bodyBytesMax) pieces.push(piece)
    bytes += piece.length
  }
  return Buffer.concat(pieces).subarray(0, bodyBytesMax).toString('utf8')
}

const reasonOf = (error: unknown, target: URL, timeoutMs: number): string => {
  const { code, name, message } = error as NodeJS.ErrnoException
  if (name === 'TimeoutError' || name === 'AbortError' || code === 'ABORT_ERR')
    return `no answer within ${timeoutMs / 1000} s`
  if (code === 'ECONNREFUSED') return `nothing listens at ${target.host}`
  if (code === 'ENOTFOUND') return `there is no host ${target.hostname}`
  if (code === 'ECONNRESET') return 'the connection was closed without an answer'
  return message || code || 'the request failed'
}

/**
 * Posts an event to the local endpoint as Stripe's servers would: signed anew for every attempt, redirects not followed.
 * A connection per event, since an endpoint under development restarts between two. Never rejects.
 */
export const createForward = ({ target, secret, userAgent, clock, signal, timeoutMs }: ForwardOptions): Forward => {
  const secure = target.protocol === 'https:'
  const agent = secure ? new HttpsAgent({ keepAlive: false }) : new HttpAgent({ keepAlive: false })

  const post = (
    payload: Buffer,
    headers: Record<string, string | number>,
    deadline: AbortSignal,
  ): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const request = (secure ? httpsRequest : httpRequest)(
        target,
        { method: 'POST', headers, agent, signal: deadline },
        resolve,
      )
      request.once('error', reject)
      request.end(payload)
    })

  return async (event) => {
    const payload = JSON.stringify(event, null, 2)
    const bytes = Buffer.from(payload)
    const started = monotonicMs()
    const elapsed = () => Math.round(monotonicMs() - started)
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])
    try {
      const headers = {
        'content-type': 'application/json; charset=utf-8',
        'content-length': bytes.length,
        'stripe-signature': signatureHeader({ secrets: [secret], payload, timestamp: unixSeconds(clock.now()) }),
        'user-agent': userAgent,
        accept: '*/*; q=0.5, application/json',
      }
      const response = await post(bytes, headers, deadline)
      const status = response.statusCode ?? 0
      const body = await readBeginning(response)
      return { status, ms: elapsed(), ...(status >= 200 && status < 300 ? {} : { body }) }
    } catch (error) {
      return { ms: elapsed(), error: reasonOf(error, target, timeoutMs) }
    }
  }
}
