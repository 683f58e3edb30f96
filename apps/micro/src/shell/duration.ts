import { InvalidArgumentError } from 'commander'

const secondsOf: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 }

/** A length of time such as `90m`, `24h`, `30d` or `1d12h`, in seconds; `0` for at once. @throws InvalidArgumentError */
const readSeconds = (text: string): number => {
  if (text === '0') return 0
  if (!/^(\d{1,9}[smhdw])+$/.test(text))
    throw new InvalidArgumentError('It must be a length of time such as 90m, 24h, 30d or 2w.')
  return [...text.matchAll(/(\d+)([smhdw])/g)].reduce(
    (sum, [, count, unit]) => sum + Number(count) * (secondsOf[unit ?? ''] ?? 0),
    0,
  )
}

/** Reads such a length of up to `max` seconds, whole days: the server would refuse more in seconds, which nobody typed. */
export const readDuration =
  (max: number) =>
  (text: string): number => {
    const seconds = readSeconds(text)
    if (seconds > max) throw new InvalidArgumentError(`It must not be longer than ${String(max / 86_400)}d.`)
    return seconds
  }
