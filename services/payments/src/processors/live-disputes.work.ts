import type Stripe from 'stripe'
import type { Tenant } from '@micro/contracts'
import { assert } from '@micro/kernel'
import type { Database } from '@micro/postgres'
import type { DisputeProcessor } from './disputing.ts'
import { findLiveEvidence } from './live-disputes.store.ts'
import { readDisputeName } from './dispute-name.ts'
import { isRefusal } from './stripe.ts'

interface LiveDisputeDependencies {
  readonly db: Database
  readonly tenant: Tenant
  readonly clientFor: (processor: string) => Promise<Stripe>
}

const open: ReadonlySet<string> = new Set(['needs_response', 'warning_needs_response'])

/** What merchants say in disputes of live mode, told to the processor that each is of. */
export const liveDisputes = ({ db, tenant, clientFor }: LiveDisputeDependencies): DisputeProcessor => {
  // It refuses a second answer: then it heard the first, or somebody answered there.
  const unlessAnswered = async (stripe: Stripe, id: string, tell: () => Promise<unknown>): Promise<void> => {
    try {
      await tell()
    } catch (error) {
      if (!isRefusal(error) || open.has((await stripe.disputes.retrieve(id)).status)) throw error
    }
  }
  return {
    async submit({ dispute }) {
      const { processor, id } = readDisputeName(dispute)
      const evidence = await findLiveEvidence(db.sql, tenant, dispute)
      assert(evidence !== undefined, `dispute ${dispute} is gone`)
      const stripe = await clientFor(processor)
      // Read anew with its fields; from its submission on it does not change.
      await unlessAnswered(stripe, id, () => stripe.disputes.update(id, { evidence, submit: true }))
    },
    async accept(dispute) {
      const { processor, id } = readDisputeName(dispute)
      const stripe = await clientFor(processor)
      await unlessAnswered(stripe, id, () => stripe.disputes.close(id))
    },
  }
}
