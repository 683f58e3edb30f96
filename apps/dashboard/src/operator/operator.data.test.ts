import { expect, test } from 'vitest'
import { serviceNames } from './health.ts'
import { serviceStatus } from './operator.data.ts'

test('two open pages of health leave a person most of the 100 requests they have a minute; hidden ones ask nothing', () => {
  const asked = serviceNames.map(serviceStatus)
  const inAMinute = asked.map(({ refetchInterval }) => 60_000 / Number(refetchInterval))
  expect(2 * inAMinute.reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(40)
  for (const { refetchIntervalInBackground = false } of asked) expect(refetchIntervalInBackground).toBe(false)
})
