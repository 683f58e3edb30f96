import { fromUnixSeconds, unixSeconds } from '@micro/kernel'
import { distanceOf } from './ago.ts'
import type { Context } from './shell.ts'

/**
 * How times in seconds are shown: on a terminal by how far away they are, or by their date; elsewhere, where nobody knows
 * when it will be read, as `2026-01-31T12:30:05Z`.
 */
export const whenOf = ({ terminal, clock }: Pick<Context, 'terminal' | 'clock'>): ((seconds: number) => string) => {
  const now = unixSeconds(clock.now())
  const iso = (seconds: number): string => fromUnixSeconds(seconds).toISOString()
  return (seconds) =>
    terminal.width === undefined
      ? `${iso(seconds).slice(0, 19)}Z`
      : (distanceOf(seconds, now) ?? iso(seconds).slice(0, 10))
}
