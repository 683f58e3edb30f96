// A closed loop of clients over HTTP, each of which sends the requests of one payment in turn.
import autocannon from 'autocannon'
import { monotonicMs } from '@micro/kernel'

/** One request of a payment; `seen` is what the ones before it left for those after. */
export interface Step {
  readonly request: (seen: Record<string, unknown>) => {
    method: 'GET' | 'POST'
    path: string
    headers: Record<string, string>
    body?: string
  }
  readonly answered?: (body: Record<string, unknown>, seen: Record<string, unknown>) => void
}

export interface Ran {
  readonly payments: number
  readonly ms: number
  /** Of single requests, in whole milliseconds. */
  readonly p50Ms: number
  readonly p99Ms: number
}

/** A request nobody answered for so long is lost. */
const answerSecondsMax = 60

/** Sends `payments` of them by so many clients, and waits for every answer. @throws Error at the first refusal */
export const run = async (
  url: string,
  steps: readonly Step[],
  { clients, payments }: { clients: number; payments: number },
): Promise<Ran> => {
  let refusal = ''
  const requests = steps.map(({ request, answered }): autocannon.Request => {
    return {
      setupRequest: (given, context) => ({ ...given, ...request(context as Record<string, unknown>) }),
      onResponse: (status, body, context) => {
        if (status >= 300) refusal ||= `${status} ${body.trim()}`
        else answered?.(JSON.parse(body) as Record<string, unknown>, context as Record<string, unknown>)
      },
    }
  })
  const began = monotonicMs()
  let ended = began
  // A number of requests and not a time, so that each of them is answered, and as many for each client.
  const each = Math.max(1, Math.round(payments / clients))
  const calls = each * clients * steps.length
  const result = await new Promise<autocannon.Result>((resolve, reject) => {
    const options = { url, connections: clients, amount: calls, timeout: answerSecondsMax, sampleInt: 50, requests }
    const done = (error: unknown, found: autocannon.Result) => (error ? reject(error as Error) : resolve(found))
    autocannon(options, done).on('response', () => (ended = monotonicMs()))
  })
  if (result['2xx'] < calls || refusal !== '')
    throw new Error(`${result.non2xx} answers were no success, ${result.errors} requests failed; ${refusal}`)
  return { payments: each * clients, ms: ended - began, p50Ms: result.latency.p50, p99Ms: result.latency.p99 }
}
