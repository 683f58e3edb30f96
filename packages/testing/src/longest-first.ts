import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Seconds that the longest files take, for a machine that has not run them yet. */
const known: Readonly<Record<string, number>> = {
  'tests/security/tenants.test.ts': 100,
  'tests/e2e/backup.test.ts': 90,
  'tests/security/fuzz.test.ts': 80,
  'tests/e2e/crash.test.ts': 60,
  'tests/ledger/chaos.test.ts': 60,
  'tests/upgrade/upgrade.test.ts': 60,
  'tests/e2e/restore-distributed.test.ts': 50,
  'tests/e2e/distributed.test.ts': 50,
  'tests/e2e/observe.distributed.test.ts': 50,
  'tests/e2e/lifecycle.test.ts': 40,
  'tests/security/slow.test.ts': 40,
}

/**
 * The longest files first, whichever project they belong to: begun last, one of them keeps a single worker busy when
 * nothing is left for the others. Where a run's times are kept, the next goes by those.
 */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const secondsOf = (file: TestSpecification): number => {
      const before = this.ctx.cache.getTestSpecificationResult(file)
      if (before !== undefined) return before.duration / 1_000
      return Object.entries(known).find(([path]) => file.moduleId.endsWith(path))?.[1] ?? 0
    }
    return (await super.sort(files)).toSorted((a, b) => secondsOf(b) - secondsOf(a))
  }
}
