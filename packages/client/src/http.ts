import type { Route } from '@micro/contracts'
import type { ErrorBody } from '@micro/kernel'
import type { CallInput, Transport } from './client.ts'
import { urlFor } from './url.ts'

/** An answer that was no success, as the server told it. */
export class ApiError extends Error {
  override name = 'ApiError'
  readonly status: number
  readonly body: ErrorBody
  readonly requestId: string | undefined
  /** Seconds to wait before trying again, where the server named them. */
  readonly retryAfter: number | undefined

  constructor(options: { status: number; body: ErrorBody; requestId?: string; retryAfter?: number }) {
    super(options.body.error.message)
    this.status = options.status
    this.body = options.body
    this.requestId = options.requestId
    this.retryAfter = options.retryAfter
  }
}

/** The server could not be reached, or what answered was not Micro. */
export class ConnectionError extends Error {
  override name = 'ConnectionError'
}

const readError = (status: number, text: string): ErrorBody => {
  try {
    const body = JSON.parse(text) as ErrorBody
    if (typeof body.error?.message === 'string') return body
  } catch {
    // Not JSON: whatever answered is not Micro's gateway; said below.
  }
  throw new ConnectionError(
    `The server answered ${status} without a Micro error. Is this the address of a Micro gateway?`,
  )
}

/**
 * Calls Micro through its gateway.
 * @throws ApiError for an answer that is no success; ConnectionError when there is no usable answer within `timeoutMs`.
 */
export const httpTransport = (options: {
  baseUrl: string
  credential?: string | undefined
  timeoutMs?: number
  userAgent?: string
}): Transport => ({
  async execute(_operation: string, route: Route, input: CallInput) {
    const url = urlFor(options.baseUrl, route, input)
    const headers: Record<string, string> = {
      accept: 'application/json',
      'user-agent': options.userAgent ?? 'micro-client',
    }
    if (options.credential !== undefined) headers['authorization'] = `Bearer ${options.credential}`
    if (input.idempotencyKey !== undefined) headers['idempotency-key'] = input.idempotencyKey
    if (input.body !== undefined) headers['content-type'] = 'application/json'
    const response = await fetch(url, {
      method: route.method,
      headers,
      redirect: 'error',
      signal: AbortSignal.timeout(options.timeoutMs ?? 30_000),
      ...(input.body === undefined ? {} : { body: JSON.stringify(input.body) }),
    }).catch((cause: unknown) => {
      throw new ConnectionError(`Cannot reach Micro at ${options.baseUrl}. Is it running? Start it with: micro up`, {
        cause,
      })
    })
    const text = await response.text()
    if (response.ok) return JSON.parse(text) as unknown
    const requestId = response.headers.get('request-id')
    const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN)
    throw new ApiError({
      status: response.status,
      body: readError(response.status, text),
      ...(requestId === null ? {} : { requestId }),
      ...(Number.isNaN(retryAfter) ? {} : { retryAfter }),
    })
  },
})
