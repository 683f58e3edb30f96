// What is measured: a payment, the floor below it, and the ways between the two.
import { randomUUID } from 'node:crypto'
import type { Step } from './load.ts'

export interface Row {
  readonly name: string
  readonly url: string
  readonly clients: number
  readonly steps: readonly Step[]
  /** CPU time of the program that answers, without PostgreSQL, in µs; undefined where the system does not tell. */
  readonly nodeUs: () => number | undefined
}

const order = JSON.stringify({ amount: 5000, currency: 'usd' })
const card = JSON.stringify({ payment_method: 'pm_card_visa' })

/** Two requests that each insert one row and commit: the least that a payment in two requests can take. */
export const floorSteps = (): Step[] => {
  const insert: Step = {
    request: () => ({ method: 'POST', path: '/', headers: { 'content-type': 'application/json' }, body: order }),
  }
  return [insert, insert]
}

/** The requests of a payment by one merchant's key. `count` sees the id of each payment that succeeded. */
export const paymentSteps = (key: string, count: (id: string) => void) => {
  const post = (path: string, body: string, keyed: boolean) => ({
    method: 'POST' as const,
    path,
    headers: {
      authorization: `Bearer ${key}`,
      'content-type': 'application/json',
      ...(keyed ? { 'idempotency-key': randomUUID() } : {}),
    },
    body,
  })
  const create = (keyed: boolean): Step => ({
    request: () => post('/v1/payment_intents', order, keyed),
    answered: (body, seen) => (seen['id'] = body['id']),
  })
  const confirm = (keyed: boolean): Step => ({
    request: ({ id }) => post(`/v1/payment_intents/${String(id)}/confirm`, card, keyed),
    answered: ({ id, status }) => {
      if (status !== 'succeeded') throw new Error(`a confirm ended ${String(status)}`)
      count(String(id))
    },
  })
  const retrieve = (id: string): Step => ({
    request: () => ({
      method: 'GET',
      path: `/v1/payment_intents/${id}`,
      headers: { authorization: `Bearer ${key}` },
    }),
  })
  return { create, confirm, retrieve }
}
