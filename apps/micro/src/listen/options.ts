import { eventObjects, namesType } from '@micro/contracts'
import { usageFailure } from '../shell/failure.ts'
import { didYouMean } from '../shell/suggest.ts'

const types = Object.keys(eventObjects)

/** Where to forward to; `localhost:3000/hook` will do. @throws Failure (2) */
export const readTarget = (text: string): URL => {
  const full = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`
  const url = URL.canParse(full) ? new URL(full) : undefined
  if (url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw usageFailure(`--forward-to must be an address such as http://localhost:4242/webhook, got '${text}'.`)
  }
  return url
}

/** The target as it may be shown: without a password that it may contain. */
export const targetText = (target: URL): string => {
  const shown = new URL(target)
  shown.username = ''
  shown.password = ''
  return shown.href
}

/** Which event types are wanted: exact ones, `charge.*` or `*`, separated by commas. @throws Failure (2) */
export const readEventFilter = (text: string | undefined): ((type: string) => boolean) => {
  if (text === undefined) return () => true
  const asked = text
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '')
  if (asked.length === 0) throw usageFailure('--events needs at least one event type.')
  const tests = asked.map((each) => {
    const matches = (type: string): boolean => namesType(each, type)
    if (!types.some(matches))
      throw usageFailure(`There is no event type '${each}'.${didYouMean(each, types)} There are: ${types.join(', ')}.`)
    return matches
  })
  return (type) => tests.some((test) => test(type))
}

/** The stream of a gateway: http becomes ws, https wss. */
export const streamUrl = (gatewayUrl: string): string => `${gatewayUrl.replace(/^http/, 'ws')}/ws`
