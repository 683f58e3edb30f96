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
