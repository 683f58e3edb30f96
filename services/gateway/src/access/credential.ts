import type { MerchantPrincipal } from '@micro/contracts'
import { Fault } from '@micro/kernel'
import { maskApiKey, parseApiKey } from '@micro/signing'

/** A well-formed credential, not yet verified. `text` is a secret. */
export type Credential =
  | { readonly kind: 'api_key' | 'publishable_key'; readonly text: string; readonly mode: 'test' | 'live' }
  | { readonly kind: 'session' | 'cookie'; readonly text: string }

const sessionLengthMax = 4096

const bearer = (header: string): string | undefined => /^bearer +([^\s]+)$/i.exec(header)?.[1]

// `curl -u sk_test_...:`, as Stripe's documentation has it: the key is the user name, the password is ignored.
const basicUser = (header: string): string | undefined => {
  const encoded = /^basic +([A-Za-z0-9+/_-]+=*)$/i.exec(header)?.[1]
  return encoded === undefined
    ? undefined
    : (Buffer.from(encoded, 'base64').toString('utf8').split(':', 1)[0] ?? undefined)
}

/**
 * Reads the Authorization header: an API key (Bearer, or Basic user name) or a session's access token (Bearer).
 * Form and checksum are judged here, so that typos and guesses cost no look-up. Undefined when there is no header.
 * @throws Fault api_key_invalid (key masked), session_invalid
 */
export const readCredential = (header: string | undefined): Credential | undefined => {
  if (header === undefined || header.trim() === '') return undefined
  const token = bearer(header.trim())
  const text = token ?? basicUser(header.trim()) ?? ''
  if (token !== undefined && /^[\w-]+\.[\w-]+\.[\w-]+$/.test(token)) {
    if (token.length > sessionLengthMax) throw new Fault('session_invalid')
    return { kind: 'session', text: token }
  }
  const key = parseApiKey(text)
  if (key === undefined)
    throw new Fault('api_key_invalid', {
      key: text === '' ? '(none; the Authorization header must read: Bearer sk_...)' : maskApiKey(text),
    })
  return { kind: key.type === 'pk' ? 'publishable_key' : 'api_key', text, mode: key.mode }
}

/** What a browser's cookie holds, as a credential. */
export const cookieCredential = (text: string | undefined): Credential | undefined =>
  text === undefined ? undefined : { kind: 'cookie', text }

/** How a credential is named to whoever showed it. Of a session it is the id: of its secret not even the end is told. */
export const shownCredential = ({ session }: Pick<MerchantPrincipal, 'session'>, text: string): string =>
  session ?? maskApiKey(text)
