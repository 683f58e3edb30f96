import type { Mode } from '@micro/contracts'
import { useSearch } from '@tanstack/react-router'

/**
 * Test or live stands in the address of each page: two windows cannot mix it up, and a link shows what its sender saw.
 * Left out it is test, so that live money is only ever looked at on purpose.
 */
export const modeIn = (search: Record<string, unknown>): { mode?: 'live' | undefined } =>
  search['mode'] === 'live' ? { mode: 'live' } : {}

/** The mode of the page that is shown. */
export const useMode = (): Mode => useSearch({ strict: false, select: ({ mode }) => mode ?? 'test' })
