import type { IncomingMessage } from 'node:http'
import { browserTokenForm } from '@micro/contracts'
import { Fault } from '@micro/kernel'

/** Where a request came from, as far as a cookie is concerned: `http://127.0.0.1:8080`, as the browser has it. */
export interface CookieDoor {
  readonly https: boolean
  /** Under which address the caller reached us. */
  readonly origin: string
}

/** By its prefix a browser keeps it to this very host, takes it over TLS only, and lets no subdomain set another. */
const nameOf = ({ https }: Pick<CookieDoor, 'https'>): string => (https ? '__Host-micro_session' : 'micro_session')

const attributesOf = ({ https }: Pick<CookieDoor, 'https'>): string =>
  `Path=/; HttpOnly; SameSite=Lax${https ? '; Secure' : ''}`

/** The `Set-Cookie` that hands a browser its session. */
export const sessionCookie = (
  door: Pick<CookieDoor, 'https'>,
  { token, maxAgeSeconds }: { token: string; maxAgeSeconds: number },
): string => `${nameOf(door)}=${token}; ${attributesOf(door)}; Max-Age=${maxAgeSeconds}`

/** The one that takes it away. */
export const clearedCookie = (door: Pick<CookieDoor, 'https'>): string =>
  `${nameOf(door)}=; ${attributesOf(door)}; Max-Age=0`

const valuesOf = (request: IncomingMessage, door: Pick<CookieDoor, 'https'>): readonly string[] => {
  const prefix = `${nameOf(door)}=`
  return (request.headers.cookie ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(prefix))
    .map((pair) => pair.slice(prefix.length))
}

/** What all cookies of the name hold that has the right form. */
export const readSessionCookies = (request: IncomingMessage, door: Pick<CookieDoor, 'https'>): readonly string[] =>
  valuesOf(request, door).filter((value) => browserTokenForm.test(value))

/**
 * What the browser's cookie holds; undefined where there is none of the right form. Of two of its name neither is
 * believed: one of them may be somebody else's, set by a page of another port or a subdomain.
 * @throws Fault cookie_twice
 */
export const readSessionCookie = (request: IncomingMessage, door: Pick<CookieDoor, 'https'>): string | undefined => {
  const [token, ...others] = valuesOf(request, door)
  if (others.length > 0) throw new Fault('cookie_twice', { name: nameOf(door) })
  return token !== undefined && browserTokenForm.test(token) ? token : undefined
}

const refused = (origin: string | undefined, door: CookieDoor): Fault =>
  new Fault('cookie_origin_refused', { origin: (origin ?? '(none)').slice(0, 100), own: door.origin.slice(0, 100) })

const isOwn = (origin: string, door: CookieDoor): boolean => origin.toLowerCase() === door.origin.toLowerCase()

/**
 * A browser sends a cookie along whoever made it ask, so who did is judged: what may change something must come from a
 * page of the gateway's own. `SameSite=Lax` alone does not see to it: to it all ports of a host are one site.
 * @throws Fault cookie_origin_refused
 */
export const checkOwnOrigin = ({ headers }: IncomingMessage, door: CookieDoor): void => {
  if (headers.origin === undefined || !isOwn(headers.origin, door)) throw refused(headers.origin, door)
}

/**
 * For what is only read, of which a browser need not tell who asks: nobody else may, as far as it does tell. An answer
 * that another page gets is not for it to read, but it uses up a limit, and a stream that it opens takes a seat. An
 * address that somebody typed comes from no page; with `pagesOnly` it is refused as well.
 * @throws Fault cookie_origin_refused
 */
export const checkNotForeign = (
  { headers }: IncomingMessage,
  door: CookieDoor,
  { pagesOnly = false }: { pagesOnly?: boolean } = {},
): void => {
  const { origin, 'sec-fetch-site': site } = headers
  if (origin !== undefined && !isOwn(origin, door)) throw refused(origin, door)
  // `same-site` is another port or a sibling domain, which need not be ours.
  const isForeign = site !== undefined && site !== 'same-origin' && (site !== 'none' || pagesOnly)
  if (isForeign) throw refused(String(site), door)
}
