import type { IncomingMessage } from 'node:http'
import type { BrowserGuard } from './access/browser.ts'
import { checkHeaders } from './headers.ts'
import { checkedPath } from './url.ts'

const safeMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * What every request must pass before anything looks at where it goes: one reading of its headers and URL, a Host that
 * is ours, and for what may change something an Origin that is ours. Returns the path.
 * @throws Fault headers_too_large, parameter_invalid, parameter_missing, url_invalid, host_not_allowed, origin_not_allowed
 */
export const admit = (
  request: IncomingMessage,
  guard: BrowserGuard,
  { checkOrigin }: { checkOrigin: boolean },
): string => {
  checkHeaders(request)
  const path = checkedPath(request.url ?? '')
  const host = request.headers.host ?? ''
  guard.checkHost(host)
  if (checkOrigin || !safeMethods.has(request.method ?? '')) guard.checkOrigin(request.headers.origin, host)
  return path
}
