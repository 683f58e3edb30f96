import type { Mode, paymentsApi } from '@micro/contracts'
import { systemClock, unixSeconds } from '@micro/kernel/clock'
import { queryOptions, useQuery } from '@tanstack/react-query'
import { call } from '../api/call.ts'
import { useMode } from '../mode/mode.ts'

/** By how many seconds the merchant's clock of test mode was put ahead, for which things are due sooner. */
const aheadSeconds = (mode: Mode) =>
  queryOptions({
    queryKey: ['payments', mode, 'clock'],
    queryFn: async ({ signal }) =>
      (await call<(typeof paymentsApi)['retrieveMerchantClock']>('GET /v1/test_helpers/clock', { mode, signal }))
        .ahead_seconds,
    enabled: mode === 'test',
  })

/** The time by the merchant's clock, in seconds; undefined until it is known. */
export const useMerchantNow = (): number | undefined => {
  const mode = useMode()
  const { data: ahead } = useQuery(aheadSeconds(mode))
  const now = unixSeconds(systemClock.now())
  return mode === 'live' ? now : ahead === undefined ? undefined : now + ahead
}
