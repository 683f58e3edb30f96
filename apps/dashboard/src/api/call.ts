import type { Input, Mode, Response, Route } from '@micro/contracts'
import type { CallInput } from '@micro/client'
import { urlFor } from '@micro/client/url'
import type { ErrorBody } from '@micro/kernel'

/** An answer that was no success: what the server said of it, or that there was none. */
export class Refusal extends Error {
  override name = 'Refusal'
  /** 0: the server could not be reached. */
  readonly status: number
  readonly code: string
  readonly param: string | undefined
  readonly requestId: string | undefined
  /** Seconds to wait, where the server named them. */
  readonly retryAfter: number | undefined

  constructor(options: { status: number; error: Partial<ErrorBody['error']>; headers?: Headers }) {
    super(options.error.message ?? `The server answered ${options.status}.`)
    this.status = options.status
    this.code = options.error.code ?? 'unknown'
    this.param = options.error.param
    this.requestId = options.headers?.get('request-id') ?? undefined
    const seconds = Number(options.headers?.get('retry-after') ?? Number.NaN)
    this.retryAfter = Number.isNaN(seconds) ? undefined : seconds
  }
}

const unreachable = (): Refusal =>
  new Refusal({ status: 0, error: { code: 'unreachable', message: 'Micro cannot be reached from here.' } })

const errorOf = async (response: globalThis.Response): Promise<Partial<ErrorBody['error']>> => {
  try {
    return ((await response.json()) as ErrorBody).error ?? {}
  } catch {
    // No JSON: a proxy in between answered.
    return {}
  }
}

/** Asks with the session's cookie, which no script can read, and takes any answer. @throws Refusal when there is none */
export const reach = async (url: string, init: RequestInit, mode?: Mode): Promise<globalThis.Response> => {
  const headers = new Headers(init.headers)
  if (mode !== undefined) headers.set('micro-mode', mode)
  return fetch(url, { ...init, headers, credentials: 'same-origin' }).catch((error: unknown) => {
    if (init.signal?.aborted === true) throw error
    throw unreachable()
  })
}

/** The same, where only a success is an answer. @throws Refusal */
export const ask = async (url: string, init: RequestInit, mode?: Mode): Promise<globalThis.Response> => {
  const response = await reach(url, init, mode)
  if (!response.ok)
    throw new Refusal({ status: response.status, error: await errorOf(response), headers: response.headers })
  return response
}

type Asked<R extends Route> = Input<R> & { mode?: Mode; signal?: AbortSignal }

/** Calls one operation of the contract, whose method and path the compiler holds against it. @throws Refusal */
export const call = async <R extends Route>(
  operation: `${R['method']} ${R['path']}`,
  { mode, signal, ...input }: Asked<R>,
): Promise<Response<R>> => {
  const [method = '', path = ''] = operation.split(' ')
  const { body, idempotencyKey } = input as CallInput
  const headers: Record<string, string> = { accept: 'application/json' }
  if (body !== undefined) headers['content-type'] = 'application/json'
  if (idempotencyKey !== undefined) headers['idempotency-key'] = idempotencyKey
  const response = await ask(
    urlFor('', { path }, input as CallInput),
    { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }), ...(signal ? { signal } : {}) },
    mode,
  )
  return (await response.json()) as Response<R>
}

/** A key under which the same act counts once, however often its request is sent. */
export const newIdempotencyKey = (): string => {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return `dashboard-${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}`
}
