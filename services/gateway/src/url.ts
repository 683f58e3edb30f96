import { Fault } from '@micro/kernel'
import { saysCheckpoint } from '@micro/signing'

const urlBytesMax = 8 * 1024

const malformed = (reason: string): Fault => new Fault('url_invalid', { reason })

const isDotSegment = (segment: string): boolean => segment === '.' || segment === '..'

const checkEncoding = (path: string): void => {
  if (/%(2e|2f|5c|00)/i.test(path)) throw malformed("'.', '/', '\\' and NUL must not be percent-encoded in the path")
  try {
    decodeURIComponent(path)
  } catch (cause) {
    throw new Fault('url_invalid', { reason: 'its percent-encoding is not valid UTF-8' }, { cause })
  }
}

// Byte by byte, so that a malformed escape elsewhere hides nothing.
const decoded = (text: string): string =>
  text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))

const apiKey = /(?<![A-Za-z0-9])(?:sk|rk)_(?:test|live)_/
const browserToken = /(?<![A-Za-z0-9])bs_[0-9a-f]{64}/
const signedText = /(?<![\w-])eyJ[\w-]{8,}\.[\w-]+\.[\w-]+/g

// A checkpoint of a ledger is signed as session tokens are, but opens nothing: it is made to be shown.
const holdsCredential = (text: string): boolean =>
  apiKey.test(text) ||
  browserToken.test(text) ||
  [...text.matchAll(signedText)].some(([token]) => !saysCheckpoint(token))

// A key in a URL ends up in histories and in the logs of every proxy on the way; an id is repeated in answers.
const checkCredentials = ({ path, query }: { path: string; query: string }): void => {
  const param =
    /(?:^|&)(api_?key|access_token|token)=/i.exec(decoded(query))?.[1] ??
    (holdsCredential(decoded(query)) ? 'query' : holdsCredential(decoded(path)) ? 'path' : undefined)
  if (param === undefined) return
  throw new Fault('parameter_invalid', {
    param,
    reason: 'credentials are never accepted in a URL, where logs keep them. Send the Authorization header instead',
  })
}

/**
 * Refuses a request target that two parsers could read differently, before any routing, and returns its path.
 * Every path that passes means the same to this gateway and to the service behind it.
 * @throws Fault url_invalid, parameter_invalid (a credential in it)
 */
export const checkedPath = (target: string): string => {
  if (target.length > urlBytesMax) throw malformed(`it is longer than ${urlBytesMax} bytes`)
  if (!target.startsWith('/')) throw malformed('the request line must carry a path, not a whole URL')
  if (!/^[\x21-\x7e]*$/.test(target)) throw malformed('it contains characters that must be percent-encoded')
  if (target.includes('#')) throw malformed('it contains a fragment')
  const at = target.indexOf('?')
  const path = at < 0 ? target : target.slice(0, at)
  if (path.includes('//')) throw malformed("the path contains '//'")
  if (/[\\;]/.test(path)) throw malformed("the path contains '\\' or ';'")
  if (path.split('/').some(isDotSegment)) throw malformed("the path contains '.' or '..' segments")
  checkEncoding(path)
  checkCredentials({ path, query: at < 0 ? '' : target.slice(at + 1) })
  return path
}
