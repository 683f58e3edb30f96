import { randomUUID } from 'node:crypto'
import { checkReady, createClient, internalTransport } from '@micro/client'
import { authApi, eventsApi } from '@micro/contracts'
import { runHosted } from '@micro/service/process'
import { readGatewayProcess } from './config.ts'
import { createGateway } from './gateway.ts'
import { redisLimiter } from './limits/redis-limiter.ts'
import { redisRecent } from './request-log/redis-recent.ts'
import { httpUpstream } from './upstream/http.ts'

await runHosted(
  'gateway',
  () => readGatewayProcess(),
  async ({ runtime, sign, signAsSelf, readyWhen, atEnd }, { process, gateway: config, replicas, urls }) => {
    const { clock, log, traces } = runtime
    const transport = (audience: keyof typeof urls) =>
      internalTransport({ url: urls[audience], audience, sign: signAsSelf, traceparent: traces.traceparent })
    const upstream = (service: keyof typeof urls) => {
      const opened = httpUpstream({ service, url: urls[service], sign, log, traces })
      atEnd(opened.close)
      return opened
    }
    const ready = (audience: keyof typeof urls) => () => checkReady({ url: urls[audience], audience })
    const onError = (err: unknown): void => log.warn({ err }, 'limiter.failed')
    const limiter = redisLimiter({ url: process.redisUrl, instance: randomUUID(), replicas, clock, onError })
    atEnd(limiter.close)
    const recent = redisRecent({
      url: process.redisUrl,
      max: config.requestLogMax,
      onError: (err) => log.warn({ err }, 'request_log.failed'),
    })
    const auth = createClient(authApi, transport('auth'))
    const events = createClient(eventsApi, transport('events'))
    const gateway = createGateway({
      ...runtime,
      config,
      limiter,
      redisVersion: limiter.version,
      recent,
      upstreams: {
        auth: upstream('auth'),
        payments: upstream('payments'),
        ledger: upstream('ledger'),
        events: upstream('events'),
      },
      auth,
      pairings: auth,
      browserSessions: auth,
      events,
      cliSessions: events,
      health: { auth: ready('auth'), payments: ready('payments'), ledger: ready('ledger'), events: ready('events') },
    })
    atEnd(gateway.close)
    readyWhen(gateway.ready)
    return gateway.listen()
  },
)
