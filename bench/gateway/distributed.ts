// The gateway as a process of its own: limits in Redis, the request carried over HTTP under a signed token.
import { randomUUID } from 'node:crypto'
import { createTokenSigner, type TokenPrivateKey } from '@micro/signing'
import { redisLimiter } from '../../services/gateway/src/limits/redis-limiter.ts'
import { httpUpstream } from '../../services/gateway/src/upstream/http.ts'
import { redisRecent } from '../../services/gateway/src/request-log/redis-recent.ts'
import { openDoor } from './door.ts'
import { input } from './program.ts'
import { runtime } from './stand-in.ts'

const { url, redisUrl, privateKey, requestLog } = input<{
  url: string
  redisUrl: string
  privateKey: TokenPrivateKey
  requestLog: number
}>()
const { log, clock, traces } = runtime('gateway')
const { sign } = createTokenSigner({ service: 'gateway', privateKey, clock })
const onError = (error: unknown): void => console.error(error)
await openDoor({
  payments: httpUpstream({
    service: 'payments',
    url,
    sign: (audience, principal) => sign(audience, principal),
    log,
    traces,
  }),
  limiter: redisLimiter({ url: redisUrl, instance: randomUUID(), replicas: 1, clock, onError }),
  recent: redisRecent({ url: redisUrl, max: requestLog, onError }),
})
