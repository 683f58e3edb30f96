import { Fault } from '@micro/kernel'

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

// A key in a URL ends up in histories and in the logs of every proxy on the way.
const checkQuery = (query: string): void => {
  const param =
    /(?:^|&)(api_?key|access_token|token)=/i.exec(query)?.[1] ??
    (/\b(sk|rk)_(test|live)_/.test(query) ? 'query' : undefined)
  if (param === undefined) return
  throw new Fault('parameter_invalid', {
    param,
    reason: 'credentials are never accepted in a URL, where logs keep them. Send the Authorization header instead',
  })
}

/**
 * Refuses a request target that two parsers could read differently, before any routing, and returns its path.
 * Every path that passes means the same to this gateway and to the service behind it.
 * @throws Fault url_invalid, parameter_invalid (a credential in the query)
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
  if (at >= 0) checkQuery(target.slice(at + 1))
  return path
}
