import type { Route, ServiceName } from '@micro/contracts'
import { Fault, faultCatalogue, type FaultCode } from '@micro/kernel'
import type { CallInput, Transport } from './client.ts'
import { urlFor } from './url.ts'

export interface InternalTransportOptions {
  /** `http://host:port` */
  readonly url: string
  readonly audience: Exclude<ServiceName, 'gateway'>
  /** A token for that service, in the name of the calling one. */
  readonly sign: (audience: ServiceName) => Promise<string>
  readonly timeoutMs?: number
  /** Which trace a call is part of, as the W3C header has it. */
  readonly traceparent?: () => string | undefined
}

const isCode = (code: unknown): code is FaultCode => typeof code === 'string' && Object.hasOwn(faultCatalogue, code)

type Told = { readonly error?: { readonly [member: string]: unknown } } | null

const parse = (text: string): Told => {
  try {
    return JSON.parse(text) as Told
  } catch {
    return null
  }
}

/** What an answer that is no success means here: the service's own fault where it is one of the catalogue. */
const faultOf = (options: InternalTransportOptions, status: number, text: string): Fault => {
  const answered = `${options.audience} answered ${status}: ${text.slice(0, 500)}`
  const { code, type: _type, message: _message, ...detail } = parse(text)?.error ?? {}
  // Which key is wrong is between the two services; to whoever asked us, that one is simply not to be had.
  if (code === 'internal_token_invalid')
    return unavailable(
      options,
      new Error(
        `${options.audience} does not accept this service's token: check the token keys and the clocks of both (${answered})`,
      ),
    )
  const cause = new Error(answered)
  if (!isCode(code)) return unavailable(options, cause)
  return new Fault(code, { ...detail, service: options.audience }, { cause })
}

const unavailable = ({ audience }: Pick<InternalTransportOptions, 'audience'>, cause: unknown): Fault =>
  new Fault('upstream_unavailable', { service: audience, retry_after: 1 }, { cause })

const isTimeout = (error: unknown): boolean => error instanceof Error && error.name === 'TimeoutError'

/**
 * Calls another service of Micro over HTTP. Ends as the call in process does: with the operation's answer or its Fault;
 * besides with upstream_unavailable when there is no connection, and upstream_timeout when no answer came within
 * `timeoutMs` (default 10 s), where what was asked may have happened.
 */
export const internalTransport = (options: InternalTransportOptions): Transport => ({
  async execute(_operation: string, route: Route, input: CallInput) {
    const token = await options.sign(options.audience)
    const headers: Record<string, string> = { accept: 'application/json', authorization: `Bearer ${token}` }
    if (input.requestId !== undefined) headers['micro-request-id'] = input.requestId
    const traceparent = options.traceparent?.()
    if (traceparent !== undefined) headers['traceparent'] = traceparent
    if (input.idempotencyKey !== undefined) headers['idempotency-key'] = input.idempotencyKey
    if (input.body !== undefined) headers['content-type'] = 'application/json'
    const request = async (): Promise<{ status: number; text: string }> => {
      const response = await fetch(urlFor(options.url, route, input), {
        method: route.method,
        headers,
        redirect: 'error',
        signal: AbortSignal.timeout(options.timeoutMs ?? 10_000),
        ...(input.body === undefined ? {} : { body: JSON.stringify(input.body) }),
      })
      return { status: response.status, text: await response.text() }
    }
    const { status, text } = await request().catch((cause: unknown) => {
      throw isTimeout(cause)
        ? new Fault('upstream_timeout', { service: options.audience }, { cause })
        : unavailable(options, cause)
    })
    if (status < 200 || status >= 300) throw faultOf(options, status, text)
    try {
      return JSON.parse(text) as unknown
    } catch (cause) {
      throw unavailable(options, cause)
    }
  },
})

const warningsIn = (body: unknown): readonly string[] => {
  const { warnings } = (body ?? {}) as { warnings?: unknown }
  return Array.isArray(warnings) ? warnings.filter((each) => typeof each === 'string') : []
}

/** Whether a service of another process can do its work now, and what it warns of. @throws Fault upstream_unavailable */
export const checkReady = async (
  options: Pick<InternalTransportOptions, 'url' | 'audience'>,
): Promise<readonly string[]> => {
  const response = await fetch(`${options.url}/readyz`, {
    redirect: 'error',
    signal: AbortSignal.timeout(2_500),
  }).catch((cause: unknown) => {
    throw unavailable(options, cause)
  })
  if (response.ok) return warningsIn(await response.json().catch(() => undefined))
  await response.body?.cancel()
  throw unavailable(options, new Error(`${options.audience} answered ${response.status}`))
}
