import type { ServerResponse } from 'node:http'
import type { LoggedError } from '@micro/contracts'
import { redactText } from '@micro/service'

const bytesMax = 16 * 1024
const textMax = 500

const parse = (text: string): unknown => {
  try {
    return (JSON.parse(text) as { error?: unknown } | null)?.error
  } catch {
    return undefined
  }
}

/** What of an error may be shown again; the objects it names are not. */
const errorIn = (text: string): LoggedError | null => {
  const error = parse(text)
  if (error === null || typeof error !== 'object') return null
  const members = error as Record<string, unknown>
  const read = (name: string): string => {
    const value = members[name]
    return typeof value === 'string' ? redactText(value).slice(0, textMax) : ''
  }
  return {
    type: read('type'),
    charge: read('charge'),
    code: read('code'),
    decline_code: read('decline_code'),
    message: read('message'),
    param: read('param'),
  }
}

/**
 * Listens to what an answer says, if it is an error: whoever writes it, a service in this process or another one. Of
 * successes nothing is kept.
 */
export const captureError = (response: ServerResponse): (() => LoggedError | null) => {
  const chunks: Buffer[] = []
  let bytes = 0
  const keep = (chunk: unknown): void => {
    if (response.statusCode < 400 || bytes >= bytesMax) return
    if (typeof chunk !== 'string' && !(chunk instanceof Uint8Array)) return
    const piece = Buffer.from(chunk as string).subarray(0, bytesMax - bytes)
    bytes += piece.length
    chunks.push(piece)
  }
  const { write, end } = response
  response.write = function (this: ServerResponse, ...args: unknown[]) {
    keep(args[0])
    return (write as (...all: unknown[]) => boolean).apply(this, args)
  } as typeof write
  response.end = function (this: ServerResponse, ...args: unknown[]) {
    keep(args[0])
    return (end as (...all: unknown[]) => ServerResponse).apply(this, args)
  } as typeof end
  return () => (chunks.length === 0 ? null : errorIn(Buffer.concat(chunks).toString('utf8')))
}
