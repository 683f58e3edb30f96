import type { Route } from '@micro/contracts'
import type { ErrorBody } from '@micro/kernel'
import type { CallInput, Transport } from './client.ts'
import { ndjsonLines } from './ndjson.ts'
import type { StreamInput, StreamTransport } from './streams.ts'
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

/** What a refusal says. @throws ConnectionError when it is none of Micro's */
export const readError = (status: number, text: string): ErrorBody => {
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

export interface HttpTransportOptions {
  readonly baseUrl: string
  readonly credential?: string | undefined
  /** For a stream: until its first line. */
  readonly timeoutMs?: number
  readonly userAgent?: string
}

const requestOf = (options: HttpTransportOptions, route: Route, input: CallInput, accept: string): RequestInit => {
  const headers: Record<string, string> = { accept, 'user-agent': options.userAgent ?? 'micro-client' }
  if (options.credential !== undefined) headers['authorization'] = `Bearer ${options.credential}`
  if (input.idempotencyKey !== undefined) headers['idempotency-key'] = input.idempotencyKey
  if (input.body !== undefined) headers['content-type'] = 'application/json'
  return {
    method: route.method,
    headers,
    redirect: 'error',
    ...(input.body === undefined ? {} : { body: JSON.stringify(input.body) }),
  }
}

const send = (options: HttpTransportOptions, url: string, init: RequestInit): Promise<Response> =>
  fetch(url, init).catch((cause: unknown) => {
    throw new ConnectionError(`Cannot reach Micro at ${options.baseUrl}. Is it running? Start it with: micro up`, {
      cause,
    })
  })

const refusalOf = (response: Response, body: ErrorBody): ApiError => {
  const requestId = response.headers.get('request-id')
  const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN)
  return new ApiError({
    status: response.status,
    body,
    ...(requestId === null ? {} : { requestId }),
    ...(Number.isNaN(retryAfter) ? {} : { retryAfter }),
  })
}

/** Starts a stream, and answers once it has begun. @throws ApiError, ConnectionError */
const openStream = async (
  options: HttpTransportOptions,
  route: Route,
  input: StreamInput,
  accept: string,
): Promise<{ response: Response; bytes: AsyncIterable<Uint8Array> }> => {
  const late = new AbortController()
  const timer = setTimeout(() => late.abort(new Error('no answer in time')), options.timeoutMs ?? 60_000)
  const signal = input.signal === undefined ? late.signal : AbortSignal.any([late.signal, input.signal])
  try {
    const url = urlFor(options.baseUrl, route, input)
    const response = await send(options, url, { ...requestOf(options, route, input, accept), signal })
    if (!response.ok) throw refusalOf(response, readError(response.status, await response.text()))
    return { response, bytes: bytesOf(options, response) }
  } finally {
    clearTimeout(timer)
  }
}

async function* bytesOf(options: HttpTransportOptions, response: Response): AsyncGenerator<Uint8Array> {
  if (response.body === null) return
  try {
    yield* response.body
  } catch (cause) {
    throw new ConnectionError(`The connection to Micro at ${options.baseUrl} broke in the middle of its answer.`, {
      cause,
    })
  }
}

/**
 * Calls Micro through its gateway.
 * @throws ApiError for an answer that is no success; ConnectionError when there is no usable answer within `timeoutMs`.
 */
export const httpTransport = (options: HttpTransportOptions): Transport & StreamTransport => ({
  async execute(_operation: string, route: Route, input: CallInput) {
    const url = urlFor(options.baseUrl, route, input)
    const signal = AbortSignal.timeout(options.timeoutMs ?? 30_000)
    const response = await send(options, url, { ...requestOf(options, route, input, 'application/json'), signal })
    const text = await response.text()
    if (response.ok) return JSON.parse(text) as unknown
    throw refusalOf(response, readError(response.status, text))
  },
  async *lines(_operation: string, route: Route, input: StreamInput) {
    const { response, bytes } = await openStream(options, route, input, 'application/x-ndjson')
    yield* ndjsonLines(bytes, route, (body) => refusalOf(response, body))
  },
})

/** A stream's bytes as they arrive, of any format. They tell nothing of whether an NDJSON stream was whole. @throws as httpTransport */
export async function* streamBytes(
  options: HttpTransportOptions,
  route: Route,
  input: StreamInput & { readonly accept: string },
): AsyncGenerator<Uint8Array> {
  yield* (await openStream(options, route, input, input.accept)).bytes
}
