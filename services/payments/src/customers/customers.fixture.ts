import type { Customer, PaymentMethod } from '@micro/contracts'
import { createBench, type Answer, type Bench, type CallOptions } from '../payments.fixture.ts'

type Either = Omit<Customer, 'object'> & Omit<PaymentMethod, 'object'>

/** What the routes of customers and their payment methods answer. */
export interface Told extends Omit<Answer, 'body'> {
  readonly body: Either & {
    readonly object: string
    readonly status: string
    readonly deleted?: boolean
    readonly error: Record<string, unknown>
    readonly data: Either[]
    readonly has_more: boolean
    readonly next_page: string | null
  }
}

export type Ask = (path: string, options?: CallOptions) => Promise<Told>

export const openCustomers = async (): Promise<{ bench: Bench; ask: Ask }> => {
  const bench = await createBench()
  return { bench, ask: bench.call as unknown as Ask }
}

/** Of the events of an object, their types in order. */
export const typesOf = async (bench: Bench, id: string): Promise<string[]> =>
  (await bench.events(id)).map(({ type }) => type)
