import { ConnectionError, type HttpTransportOptions } from './http.ts'

/** A request as somebody wrote it down, to a path that no contract was asked about. */
export interface RawRequest {
  readonly method: 'GET' | 'POST' | 'DELETE'
  /** With its query, from `/` on. */
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** An answer as it came, whatever its status. */
export interface RawAnswer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

/**
 * Sends a request to a gateway as it is and hands its answer over unread.
 * @throws ConnectionError when there is no answer within `timeoutMs`, 30 seconds unless said
 */
export const sendRaw = async (options: HttpTransportOptions, request: RawRequest): Promise<RawAnswer> => {
  const headers: Record<string, string> = { 'user-agent': options.userAgent ?? 'micro-client', ...request.headers }
  if (options.credential !== undefined) headers['authorization'] = `Bearer ${options.credential}`
  try {
    const response = await fetch(`${options.baseUrl.replace(/\/+$/, '')}${request.path}`, {
      method: request.method,
      headers,
      redirect: 'manual',
      signal: AbortSignal.timeout(options.timeoutMs ?? 30_000),
      ...(request.body === undefined ? {} : { body: request.body }),
    })
    return { status: response.status, headers: response.headers, text: await response.text() }
  } catch (cause) {
    throw new ConnectionError(`Cannot reach Micro at ${options.baseUrl}. Is it running? Start it with: micro up`, {
      cause,
    })
  }
}
