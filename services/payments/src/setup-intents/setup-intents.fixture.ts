import type { SetupIntent } from '@micro/contracts'
import { createBench, type Answer, type Bench, type CallOptions } from '../payments.fixture.ts'

export interface Told extends Omit<Answer, 'body'> {
  readonly body: Omit<SetupIntent, 'object'> & {
    readonly object: string
    readonly error: Record<string, unknown> & { setup_intent: SetupIntent }
    readonly data: (Omit<SetupIntent, 'status'> & { status: string; setup_error: unknown; setup_intent: unknown })[]
    readonly has_more: boolean
  }
}

export type Ask = (path: string, options?: CallOptions) => Promise<Told>

export const openSetupIntents = async (): Promise<{ bench: Bench; ask: Ask; customer: () => Promise<string> }> => {
  const bench = await createBench()
  const ask = bench.call as unknown as Ask
  return { bench, ask, customer: async () => (await ask('/v1/customers', { body: {} })).body.id }
}
