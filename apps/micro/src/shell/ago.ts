const units = [
  ['d', 86_400],
  ['h', 3_600],
  ['min', 60],
  ['s', 1],
] as const

/** Further away than this a date says more. */
const daysMax = 30

/** A length of time in its largest unit, rounded down: `3 h`, `12 min`. */
export const lengthOf = (seconds: number): string => {
  const [unit, size] = units.find(([, each]) => seconds >= each) ?? (['s', 1] as const)
  return `${Math.floor(seconds / size)} ${unit}`
}

/** How far a time in seconds is from now, for people: `3 min ago`, `in 2 h`, `now`; undefined when that is no help. */
export const distanceOf = (seconds: number, now: number): string | undefined => {
  const away = Math.abs(now - seconds)
  if (away > daysMax * 86_400) return undefined
  if (away < 1) return 'now'
  return seconds <= now ? `${lengthOf(away)} ago` : `in ${lengthOf(away)}`
}
