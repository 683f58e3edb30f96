import type { ClientFrame } from '@micro/contracts'

const isSeq = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

/** Reads one frame of a client; undefined for anything that is not exactly one of the protocol's. */
export const readClientFrame = (text: string): ClientFrame | undefined => {
  const frame = parse(text)
  if (frame === null || typeof frame !== 'object') return undefined
  const { type, after, seq, event } = frame as Record<string, unknown>
  if (type === 'resume' && (after === null || isSeq(after)) && (event === undefined || typeof event === 'string'))
    return { type, after, ...(event === undefined ? {} : { event }) }
  if (type === 'ack' && isSeq(seq)) return { type, seq }
  return undefined
}
