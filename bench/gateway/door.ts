// The gateway as it ships, with a stand-in for auth: it believes every well-formed key.
import { createHash } from 'node:crypto'
import { readGatewayConfig } from '../../services/gateway/src/config.ts'
import { createGateway, type GatewayDependencies } from '../../services/gateway/src/gateway.ts'
import type { RecentRequests } from '../../services/gateway/src/request-log/recent.ts'
import { fakePairings, fakeSessions } from '../../services/gateway/src/stripe-cli/sessions.fixture.ts'
import { noBrowserSessions } from '../../services/gateway/src/browser-session.fixture.ts'
import type { Upstream } from '../../services/gateway/src/upstream/upstream.ts'
import { tell } from './program.ts'
import { runtime } from './stand-in.ts'

/** Keys are many and the limit is high, so that every request is counted exactly and none is refused. */
const limit = 1_000_000

export const openDoor = async ({
  payments,
  limiter,
  recent,
}: {
  payments: Upstream
  limiter: GatewayDependencies['limiter']
  recent: RecentRequests
}): Promise<void> => {
  const config = readGatewayConfig({})
  const gateway = createGateway({
    ...runtime('gateway'),
    config: { ...config, host: '127.0.0.1', port: 0, limits: { perKey: limit, perIp: limit, login: limit } },
    limiter,
    recent,
    upstreams: { auth: payments, payments, ledger: payments, events: payments },
    auth: {
      verifyCredential: ({ body: { credential } }) => {
        const keyId = `key_${createHash('sha256').update(credential).digest('hex').slice(0, 24)}`
        const principal = { kind: 'api_key', merchant: `acct_${keyId}`, mode: 'test', keyId, scopes: ['*'] } as const
        return Promise.resolve({ principal, expired: false, expires_in_ms: null })
      },
    },
    cliSessions: fakeSessions(() => 0).client,
    pairings: fakePairings,
    browserSessions: noBrowserSessions,
    events: { readEventStream: () => Promise.resolve({ head_seq: 0, first_seq: 1, events: [] }) },
    health: {},
  })
  tell((await gateway.listen()).port)
}
