// Single posts through the gateway of a whole Micro, each with its API key.
import { randomUUID } from 'node:crypto'
import autocannon from 'autocannon'
import { monotonicMs } from '@micro/kernel'
import { accountName } from './engine.ts'
import { cpuUs } from './meters.ts'
import type { Platform } from './platform.ts'
import { amount, type Load, type Row } from './row.ts'
import type { Places } from './scenarios.ts'

const path = '/ledger/transactions'
const answerSecondsMax = 60

/** A developer with a key. */
export interface Developer {
  readonly merchant: string
  readonly key: string
}

export const registerDeveloper = async ({ url }: Pick<Platform, 'url'>): Promise<Developer> => {
  const call = async (to: string, body: object, token?: string): Promise<Record<string, unknown>> => {
    const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` }
    const headers = { 'content-type': 'application/json', ...authorization }
    const answer = await fetch(url + to, { method: 'POST', headers, body: JSON.stringify(body) })
    if (!answer.ok) throw new Error(`POST ${to} answered ${answer.status}: ${await answer.text()}`)
    return (await answer.json()) as Record<string, unknown>
  }
  const login = { email: `bench-${randomUUID()}@example.com`, password: randomUUID() }
  const { merchant } = await call('/auth/register', login)
  const { token } = await call('/auth/login', login)
  const { key } = await call('/auth/api_keys', { environment: 'test' }, String(token))
  return { merchant: String(merchant), key: String(key) }
}

export const httpRows = (options: { platform: Platform; developers: readonly Developer[]; places: Places }) => {
  const { platform, developers } = options
  const places = { ...options.places, books: developers.length }

  const request = ({ draw, series }: Load) => {
    const { book, source, target } = draw()
    const entry = (account: number, direction: string) => {
      return { account_id: accountName(account), amount: Number(amount), direction }
    }
    const headers = { authorization: `Bearer ${developers[book]?.key}`, 'content-type': 'application/json' }
    const entries = [entry(source, 'debit'), entry(target, 'credit')]
    return { headers, body: JSON.stringify({ reference_id: series.next(), entries }) }
  }

  return {
    http(callers: number): Row {
      // A number of requests and not a time, so that every one of them is answered; as many as the last time suggests.
      let perMs = 0.1
      return {
        way: 'http',
        callers,
        size: 1,
        places,
        nodeUs: () => cpuUs(platform.pid),
        async run(load) {
          const calls = Math.max(callers, Math.round(perMs * load.ms))
          const began = monotonicMs()
          let ended = began
          let refusal = ''
          const onResponse = (status: number, body: string): void => {
            if (status !== 201) refusal ||= `${status} ${body.trim()}`
          }
          const result = await new Promise<autocannon.Result>((resolve, reject) => {
            const options = {
              url: platform.url + path,
              method: 'POST' as const,
              connections: callers,
              amount: calls,
              timeout: answerSecondsMax,
              sampleInt: 50,
              requests: [{ setupRequest: (given: autocannon.Request) => ({ ...given, ...request(load) }), onResponse }],
            }
            const done = (error: unknown, found: autocannon.Result) => (error ? reject(error as Error) : resolve(found))
            autocannon(options, done).on('response', () => (ended = monotonicMs()))
          })
          if (result['2xx'] < calls)
            throw new Error(
              `http: ${result.non2xx} answers were no success, ${result.errors} requests failed; ${refusal}`,
            )
          const ms = ended - began
          perMs = calls / ms
          return { calls, ms, p50Ms: result.latency.p50, p99Ms: result.latency.p99 }
        },
      }
    },
  }
}
