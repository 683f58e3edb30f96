import { newApiKey } from '@micro/signing'
import { fault, httpServer, type Seen } from './gateway.fixture.ts'

/** The server's time; far enough ahead that what ends after it has not ended. */
const startSeconds = 4_000_000_000

interface Key {
  id: string
  key: string
  name: string | null
  environment: 'test' | 'live'
  scopes: string[]
  expires: number | null
  merchant: string
  revoked: boolean
  rolled_from: string | null
  rolled_to: string | null
}

/** The auth surface of a gateway, in memory: two accounts, rotating refresh tokens with reuse detection, keys. */
export const authServer = async () => {
  const accounts = new Map([
    ['dev@example.com', 'acct_a'],
    ['other@example.com', 'acct_b'],
  ])
  const sessions = new Map<string, { email: string; refresh: string; open: boolean }>()
  const keys: Key[] = []
  let serial = 0

  const tokensOf = (id: string) => {
    const session = sessions.get(id)
    if (session !== undefined) session.refresh = `rt_${id}_${++serial}`
    return { token: `jwt.${id}`, refresh_token: session?.refresh ?? '', token_type: 'Bearer', expires_in: 600 }
  }
  const sessionOf = (seen: Seen) => {
    const id = /^Bearer jwt\.(.+)$/.exec(seen.headers.authorization ?? '')?.[1] ?? ''
    const session = sessions.get(id)
    return session?.open === true ? session : undefined
  }
  const keyOf = (seen: Seen) =>
    keys.find(({ key, revoked }) => !revoked && seen.headers.authorization === `Bearer ${key}`)
  const shown = ({ key, merchant: _, revoked, ...rest }: Key) => ({
    ...rest,
    object: 'api_key',
    type: rest.scopes[0] === '*' ? 'secret' : 'restricted',
    key: null,
    truncated_key: key.slice(-4),
    created: 1_700_000_000,
    last_used: null,
    revoked: revoked ? 1_700_000_001 : null,
  })

  const make = (wanted: Partial<Key> & Pick<Key, 'environment' | 'merchant'>): Key => {
    const { environment, scopes = ['*'] } = wanted
    const key = newApiKey(environment, scopes[0] === '*' ? 'sk' : 'rk')
    const rest = { name: null, expires: null, revoked: false, rolled_from: null, rolled_to: null }
    const made: Key = { ...rest, ...wanted, scopes, id: `key_${++serial}`, key }
    keys.unshift(made)
    return made
  }

  const logIn = ({ email, password }: { email: string; password: string }) => {
    if (!accounts.has(email) || password !== ' secure password ')
      return fault(401, 'The email or the password is wrong.')
    const id = `ses${++serial}`
    sessions.set(id, { email, refresh: '', open: true })
    return { status: 200, body: tokensOf(id) }
  }
  const refresh = ({ refresh_token }: { refresh_token: string }) => {
    const [id, session] = [...sessions].find(([sessionId]) => refresh_token.startsWith(`rt_${sessionId}_`)) ?? []
    if (id === undefined || session?.open !== true)
      return fault(401, 'The refresh token is invalid, used or expired. Log in again.')
    if (session.refresh !== refresh_token) {
      session.open = false
      return fault(401, 'The refresh token is invalid, used or expired. Log in again.')
    }
    return { status: 200, body: tokensOf(id) }
  }

  const server = await httpServer((seen) => {
    const body = (seen.body === '' ? {} : JSON.parse(seen.body)) as never
    const [session, key] = [sessionOf(seen), keyOf(seen)]
    const email = session?.email ?? [...accounts].find(([, merchant]) => merchant === key?.merchant)?.[0]
    const merchant = email === undefined ? undefined : accounts.get(email)
    const road = `${seen.method} ${seen.path.split('?')[0]}`
    if (road === 'POST /auth/login') return logIn(body)
    if (road === 'POST /auth/refresh') return refresh(body)
    if (merchant === undefined || email === undefined) return fault(401, 'Invalid API Key provided: sk_test_****')
    if (road === 'GET /auth/me') {
      const user = { id: 'usr_1', object: 'user', email, merchant, operator: false, created: 1, mode: 'test' }
      return {
        status: 200,
        body: { ...user, api_key: key === undefined ? null : shown(key), publishable_key: 'pk_test_ofThisMerchant' },
      }
    }
    if (road === 'POST /auth/logout' && session !== undefined) {
      session.open = false
      return { status: 200, body: { object: 'session', ended: true } }
    }
    if (road === 'POST /auth/api_keys' && session !== undefined) {
      const { expires_in, ...wanted } = body as Partial<Key> & Pick<Key, 'environment'> & { expires_in?: number }
      const made = make({ merchant, ...wanted, expires: expires_in === undefined ? null : startSeconds + expires_in })
      return { status: 201, body: { ...shown(made), key: made.key } }
    }
    if (road === 'GET /auth/api_keys' && session !== undefined) {
      const own = keys.filter((each) => each.merchant === merchant)
      const after = new URL(seen.path, 'http://x').searchParams.get('starting_after')
      const from = after === null ? 0 : own.findIndex(({ id }) => id === after) + 1
      // Pages of two, so that reading on is tried too.
      return {
        status: 200,
        body: {
          object: 'list',
          url: '/auth/api_keys',
          has_more: own.length > from + 2,
          data: own.slice(from, from + 2).map(shown),
        },
      }
    }
    const rolling = keys.find(({ id }) => seen.path === `/auth/api_keys/${id}/roll`)
    if (seen.method === 'POST' && session !== undefined && rolling?.merchant === merchant) {
      const { environment, name, scopes, expires } = rolling
      const made = make({ environment, name, scopes, expires, merchant, rolled_from: rolling.id })
      rolling.rolled_to = made.id
      rolling.expires = startSeconds + (body as { expires_in: number }).expires_in
      return { status: 201, body: { ...shown(made), key: made.key, rolled_key: shown(rolling) } }
    }
    const named = keys.find(({ id }) => seen.path === `/auth/api_keys/${id}`)
    if (seen.method === 'DELETE' && named?.merchant === merchant && (session !== undefined || key === named)) {
      named.revoked = true
      return { status: 200, body: shown(named) }
    }
    return fault(404, 'No such API key')
  })
  return { ...server, keys, openSessions: () => [...sessions.values()].filter(({ open }) => open).length }
}
