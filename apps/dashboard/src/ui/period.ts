import { fromUnixSeconds, unixSeconds } from '@micro/kernel/clock'

/** How far a chart reaches back, as it stands in the address. */
export const periods = ['today', '7d', '30d', '90d'] as const
export type Period = (typeof periods)[number]

const days = { today: 1, '7d': 7, '30d': 30, '90d': 90 } as const satisfies Record<Period, number>
export const periodTexts = {
  today: 'Today',
  '7d': '7 days',
  '30d': '30 days',
  '90d': '90 days',
} as const satisfies Record<Period, string>

export const periodIn = (value: unknown): Period | undefined => periods.find((each) => each === value)

/** What a chart is cut into. */
export const stretchName = (period: Period): string => (period === 'today' ? 'hour' : 'day')

const hourSeconds = 3_600

/** The beginning of a day in the viewer's zone, so many days from that of a moment. In seconds, as the moment is. */
const dayFrom = (now: number, offset: number): number => {
  const day = fromUnixSeconds(now)
  day.setHours(0, 0, 0, 0)
  // Not so many times 24 hours: where clocks are changed, a day is longer or shorter.
  day.setDate(day.getDate() + offset)
  return unixSeconds(day)
}

/**
 * The ends of a chart's stretches in seconds, to the end of the viewer's day: of today its hours, else days. Each stretch
 * is from one (inclusive) to the next (exclusive).
 */
export const boundsOf = (period: Period, now: number): number[] => {
  const tomorrow = dayFrom(now, 1)
  if (period !== 'today')
    return Array.from({ length: days[period] + 1 }, (_, at) => dayFrom(now, at + 1 - days[period]))
  const bounds: number[] = []
  for (let bound = dayFrom(now, 0); bound < tomorrow; bound += hourSeconds) bounds.push(bound)
  return [...bounds, tomorrow]
}
