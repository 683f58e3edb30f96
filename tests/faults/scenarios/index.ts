import type { Scenario } from '../stage.ts'
import { clockScenarios } from './clocks.ts'
import { linkScenarios } from './links.ts'
import { postgresScenarios } from './postgres.ts'
import { processScenarios } from './processes.ts'
import { redisScenarios } from './redis.ts'
import { resourceScenarios } from './resources.ts'
import { versionScenarios } from './versions.ts'

/** All of them, in the order in which they are played. */
export const scenarios: readonly Scenario[] = [
  ...processScenarios,
  ...redisScenarios,
  ...postgresScenarios,
  ...linkScenarios,
  ...clockScenarios,
  ...resourceScenarios,
  ...versionScenarios,
]
