import type { Metrics } from '@micro/service'
import type { LookUpOutcome } from './credential-cache.ts'

/** Counts how often credentials are known, and how often auth has to be asked. */
export const countLookUps = (metrics: Metrics): ((outcome: LookUpOutcome) => void) => {
  const count = metrics.counter({
    name: 'micro_credential_lookups_total',
    help: 'Credentials verified: remembered, asked of auth, shared with a question under way, or failed.',
    labels: ['outcome'],
  })
  return (outcome) => count({ outcome })
}
