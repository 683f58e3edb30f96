const units = [
  ['d', 86_400],
  ['h', 3_600],
  ['m', 60],
] as const

/** How old something is, in its two largest units: `3d 4h`, `12m`; `0m` below one minute. */
export const ageOf = (seconds: number): string => {
  const at = units.findIndex(([, size]) => seconds >= size)
  if (at === -1) return '0m'
  let rest = seconds
  const parts = units.slice(at, at + 2).map(([unit, size]) => {
    const count = Math.floor(rest / size)
    rest -= count * size
    return count === 0 ? '' : `${count}${unit}`
  })
  return parts.filter((part) => part !== '').join(' ')
}
