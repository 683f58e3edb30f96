import type { IncomingMessage } from 'node:http'
import type { Mode } from '@micro/contracts'
import { Fault } from '@micro/kernel'

const isMode = (text: unknown): text is Mode => text === 'test' || text === 'live'

const checked = (named: unknown, param: string): Mode => {
  if (isMode(named)) return named
  throw new Fault('parameter_invalid', { param, reason: "it must be 'test' or 'live'" })
}

const modeInQuery = (url: string): Mode | undefined => {
  const at = url.indexOf('?')
  const given = at < 0 ? [] : new URLSearchParams(url.slice(at + 1)).getAll('mode')
  if (given.length === 0) return undefined
  return checked(given.length === 1 ? given[0] : given, 'mode')
}

/**
 * The mode that a request names in `Micro-Mode`; to a stream, of which a browser sends no headers of ours, in its query.
 * Undefined where it names none. @throws Fault parameter_invalid, mode_mismatch
 */
export const readNamedMode = (
  { headers, url = '' }: IncomingMessage,
  { inQuery }: { inQuery: boolean },
): Mode | undefined => {
  const header = headers['micro-mode']
  const named = header === undefined ? undefined : checked(header, 'Micro-Mode')
  const mode = inQuery ? modeInQuery(url) : undefined
  if (named !== undefined && mode !== undefined && named !== mode)
    throw new Fault('mode_mismatch', { named, mode, other: 'the parameter mode' })
  return named ?? mode
}
