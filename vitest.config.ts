import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config'
import { LongestFirst } from './packages/testing/src/longest-first.ts'
import { available } from './packages/testing/src/programs.ts'

const everywhere = ['**/node_modules/**', '**/dist/**']

/** The end-to-end tests that hold however the services are run: once all in one process, once as compose.yaml says. */
const bothWays = [
  'browser-session',
  'cli',
  'cli-login',
  'cli-logs',
  'confirm-once',
  'credentials',
  'isolation',
  'ledger-cli',
  'ledger-history',
  'quickstart',
  'rate-limit',
  'stream',
]

const compose: TestProjectInlineConfiguration = {
  extends: true,
  test: {
    name: 'compose',
    include: [
      'tests/e2e/compose/**/*.test.ts',
      'tests/acceptance/**/*.test.ts',
      ...bothWays.map((name) => `tests/e2e/${name}.test.ts`),
    ],
    globalSetup: ['tests/e2e/compose/global-setup.ts'],
    provide: { way: 'compose' },
    // The first to ask waits until the image is built and everything is up.
    hookTimeout: 300_000,
  },
}

const canCompose = available('the end-to-end tests of compose.yaml', [
  'psql',
  'pg_isready',
  'redis-server',
  'redis-cli',
])

export default defineConfig({
  test: {
    exclude: everywhere,
    globalSetup: ['packages/testing/src/global-setup.ts'],
    // These end what hangs, and promise nothing: on a busy machine all that is waited for may come late.
    testTimeout: 180_000,
    expect: { poll: { timeout: 60_000 } },
    hookTimeout: 180_000,
    pool: 'forks',
    // One for each core: most files wait more than they compute.
    maxWorkers: '100%',
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        extends: true,
        test: {
          name: 'micro',
          include: ['{packages,services,apps,tests,scripts}/**/*.test.ts'],
          exclude: [...everywhere, 'tests/e2e/compose/**', 'tests/faults/**'],
          provide: { way: 'embedded' },
        },
      },
      ...(canCompose ? [compose] : []),
      {
        extends: true,
        test: {
          name: 'faults',
          include: ['tests/faults/**/*.test.ts'],
          // After all others: ten processes under load leave them no time.
          sequence: { groupOrder: 1 },
          fileParallelism: false,
        },
      },
    ],
  },
})
