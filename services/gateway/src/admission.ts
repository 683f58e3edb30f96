import type { IncomingMessage } from 'node:http'
import type { BrowserGuard } from './access/browser.ts'
import { checkHeaders } from './headers.ts'
import { checkedPath } from './url.ts'

/**
 * What every request must pass before anything looks at where it goes: one reading of its headers and URL, and a Host
 * that is ours. Returns the path.
 * @throws Fault headers_too_large, parameter_invalid, parameter_missing, url_invalid, host_not_allowed
 */
export const admit = (request: IncomingMessage, guard: BrowserGuard): string => {
  checkHeaders(request)
  const path = checkedPath(request.url ?? '')
  guard.checkHost(request.headers.host ?? '')
  return path
}
