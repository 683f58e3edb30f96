import { scopes, type Scope } from '@micro/contracts'
import { InvalidArgumentError } from 'commander'
import { didYouMean } from '../shell/suggest.ts'

const isScope = (text: string): text is Scope => (scopes as readonly string[]).includes(text)

/** What a key may do, separated by commas. @throws InvalidArgumentError naming what there is */
export const readScopes = (text: string): Scope[] => {
  const asked = text
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '')
  const unknown = asked.find((each) => !isScope(each))
  if (unknown !== undefined || asked.length === 0) {
    const what = unknown === undefined ? '' : `There is no scope '${unknown}'.${didYouMean(unknown, scopes)} `
    throw new InvalidArgumentError(`${what}Choose from: ${scopes.join(', ')}.`)
  }
  return [...new Set(asked.filter(isScope))]
}

const secondsOf: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 }

/** A length of time such as `90m`, `24h`, `30d` or `1d12h`, in seconds; `0` for at once. @throws InvalidArgumentError */
export const readDuration = (text: string): number => {
  if (text === '0') return 0
  if (!/^(\d{1,9}[smhdw])+$/.test(text))
    throw new InvalidArgumentError('It must be a length of time such as 90m, 24h, 30d or 2w.')
  return [...text.matchAll(/(\d+)([smhdw])/g)].reduce(
    (sum, [, count, unit]) => sum + Number(count) * (secondsOf[unit ?? ''] ?? 0),
    0,
  )
}
