import type { RequestLog } from '@micro/contracts'

/** Far more than can be told of in the seconds of which the log is read a second time. */
const idsMax = 10_000

export interface Once {
  /** Tells of a request, unless that was done already. */
  tell(request: RequestLog): void
  /** Counts it as told. */
  pass(id: string): void
}

/** Lets each request through once, whichever way it came; of those long ago nothing is known any more. */
export const createOnce = (onRequest: (request: RequestLog) => void): Once => {
  const ids = new Set<string>()
  const pass = (id: string): void => {
    ids.add(id)
    const [oldest] = ids
    if (ids.size > idsMax && oldest !== undefined) ids.delete(oldest)
  }
  return {
    tell(request) {
      if (ids.has(request.id)) return
      pass(request.id)
      onRequest(request)
    },
    pass,
  }
}
