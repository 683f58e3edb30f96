import type { ServerFrame } from '@micro/contracts'

const isSeq = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isEvent = (value: unknown): boolean =>
  isObject(value) && typeof value['id'] === 'string' && typeof value['type'] === 'string' && isObject(value['data'])

/** Reads a frame of the server. `unknown` is one of a later version, to be passed over; undefined is no frame at all. */
export const readServerFrame = (text: string): ServerFrame | 'unknown' | undefined => {
  let frame: unknown
  try {
    frame = JSON.parse(text)
  } catch {
    return undefined
  }
  if (!isObject(frame) || typeof frame['type'] !== 'string') return undefined
  const fits: Readonly<Record<string, () => boolean>> = {
    hello: () => isSeq(frame['head_seq']) && typeof frame['merchant'] === 'string',
    ready: () => isSeq(frame['after']),
    event: () => isSeq(frame['seq']) && isEvent(frame['event']),
    skip: () => isSeq(frame['seq']),
    error: () =>
      typeof frame['code'] === 'string' &&
      typeof frame['message'] === 'string' &&
      (frame['first_seq'] === undefined || isSeq(frame['first_seq'])),
  }
  const check = Object.hasOwn(fits, frame['type']) ? fits[frame['type']] : undefined
  if (check === undefined) return 'unknown'
  return check() ? (frame as unknown as ServerFrame) : undefined
}
