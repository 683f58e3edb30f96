import { createCheckpointKeys, parseCheckpointKeys } from '@micro/signing'
import type { LedgerConfig } from '../config.ts'

const day = 86_400_000

/** A configuration for tests, with keys of its own. */
export const testConfig = (): LedgerConfig => ({
  defaultCurrency: 'usd',
  checkpoints: {
    keys: parseCheckpointKeys(createCheckpointKeys(new Date(0))),
    file: undefined,
    everyTransactions: 10_000,
    everyMs: day,
  },
  verifyEveryMs: day,
})
