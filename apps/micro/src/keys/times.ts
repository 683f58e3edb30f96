import { fromUnixSeconds } from '@micro/kernel'

const iso = (seconds: number): string => fromUnixSeconds(seconds).toISOString()

/** `2026-01-31`, or nothing where there is no time. */
export const day = (seconds: number | null): string => (seconds === null ? '' : iso(seconds).slice(0, 10))

/** `2026-01-31 12:30 UTC`, or nothing where there is no time. */
export const minute = (seconds: number | null): string =>
  seconds === null ? '' : `${iso(seconds).slice(0, 16).replace('T', ' ')} UTC`
