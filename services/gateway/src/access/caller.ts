import type { IncomingMessage } from 'node:http'
import type { Mode } from '@micro/contracts'
import type { SetHeader } from '../limits/policy.ts'
import { checkNotForeign, checkOwnOrigin, readSessionCookie } from './browser-cookie.ts'
import { readNamedMode } from './named-mode.ts'
import { originOf, type Transport } from './transport.ts'

/** Who asks, as far as the request tells; nothing of it is verified. */
export interface Caller {
  readonly authorization: string | undefined
  /** What a browser's cookie holds, where nothing else says who asks. A secret. */
  readonly cookie: string | undefined
  /** The mode that the request names. */
  readonly mode: Mode | undefined
  readonly clientIp: string
  /** Whether nobody on the way could listen: see `transport.ts`. */
  readonly confidential: boolean
  readonly setHeader: SetHeader
}

const changesNothing = ({ method }: IncomingMessage): boolean => method === 'GET' || method === 'HEAD'

/**
 * Reads who asks from a request. Authorization goes before a cookie: its sender chose it, and no page of somebody else's
 * can add it, while a browser adds its cookie to whatever it is made to ask.
 * @throws Fault cookie_origin_refused, cookie_twice, parameter_invalid, mode_mismatch
 */
export const readCaller = (
  request: IncomingMessage,
  transport: Transport,
  {
    isStream,
    isRecorded = false,
    ...rest
  }: { clientIp: string; setHeader: SetHeader; isStream: boolean; isRecorded?: boolean },
): Caller => {
  const { authorization } = request.headers
  const door = { https: transport.https, origin: originOf(request, transport) }
  const cookie = authorization === undefined ? readSessionCookie(request, door) : undefined
  if (cookie !== undefined) {
    if (changesNothing(request)) checkNotForeign(request, door, { pagesOnly: isStream || isRecorded })
    else checkOwnOrigin(request, door)
  }
  const mode = readNamedMode(request, { inQuery: isStream })
  return { authorization, cookie, mode, confidential: transport.confidential, ...rest }
}
