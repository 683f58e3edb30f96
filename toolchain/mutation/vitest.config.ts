import { defineConfig } from 'vitest/config'

/** The tests of the ledger's decisions that need no database, run once for each way a decision is broken. */
export default defineConfig({
  test: {
    include: [
      'services/ledger/src/posting/{posting,posting.action,posting.model,limits,hold,hold.model,period,settle}.test.ts',
    ],
    setupFiles: ['toolchain/mutation/setup.ts'],
    // As many random books as find a mistake; a mutant that nobody notices costs all of them.
    env: { MICRO_SEEDS: '100' },
  },
})
