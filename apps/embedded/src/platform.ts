import type { LogFile } from './log-file.ts'
import type { Databases } from './databases.ts'
import type { EmbeddedConfig } from './config.ts'
import { memoryBus } from '@micro/bus'
import { authApi, eventsApi, ledgerApi, paymentsApi, type BusMessages, type ServicePrincipal } from '@micro/contracts'
import { authService, readAuthConfig } from '@micro/auth'
import { createClient, localTransport } from '@micro/client'
import { eventsService, readEventsConfig } from '@micro/events'
import { createGateway, localUpstream, memoryLimiter, readGatewayConfig, type Gateway } from '@micro/gateway'
import { createIds, systemClock } from '@micro/kernel'
import { ledgerService, readLedgerConfig } from '@micro/ledger'
import { paymentsService, readPaymentsConfig, simulatorProcessor } from '@micro/payments'
import type { Runtime, Service } from '@micro/service'

export interface Platform {
  readonly gateway: Gateway
  /** Stops answering, finishes what is under way, then stops the services in the order of their needs. */
  readonly stop: () => Promise<void>
}

const loopback = new Set(['127.0.0.1', '::1', 'localhost'])

/** Strangers may register where only this machine's users reach it; elsewhere only when the operator says so. */
const registrationDefault = ({ host, env }: EmbeddedConfig): string => env['MICRO_REGISTRATION'] ?? (loopback.has(host) ? 'open' : 'closed')

const as = (service: ServicePrincipal['service']): ServicePrincipal => ({ kind: 'service', service })

/** Joins every service in this process: in-process bus, limiter and calls; nothing in a service knows. */
export const createPlatform = async (options: {
  config: EmbeddedConfig
  databases: Databases['of']
  logs: LogFile
  authSecrets: string
}): Promise<Platform> => {
  const { config, databases, logs } = options
  const bus = memoryBus<BusMessages>({ onError: (err) => logs.logger('bus').error({ err }, 'bus.handler_failed') })
  const clock = systemClock
  const newId = createIds({ clock })
  const runtime = (name: string): Runtime => ({ bus, clock, newId, log: logs.logger(name) })

  const auth = authService({
    ...runtime('auth'),
    db: databases.auth,
    config: readAuthConfig({ ...config.env, MICRO_REGISTRATION: registrationDefault(config) }, options.authSecrets),
  })
  const ledger = ledgerService({ ...runtime('ledger'), db: databases.ledger, config: readLedgerConfig(config.env) })
  const payments = paymentsService({
    ...runtime('payments'),
    db: databases.payments,
    config: readPaymentsConfig(config.env),
    ledger: createClient(ledgerApi, localTransport(ledger, as('payments'))),
    processors: { test: simulatorProcessor({ db: databases.payments, clock }), live: undefined },
  })
  const events = eventsService({
    ...runtime('events'),
    db: databases.events,
    config: readEventsConfig(config.env),
    sources: { payments: createClient(paymentsApi, localTransport(payments, as('events'))) },
  })
  const services: Service[] = [auth, ledger, payments, events]
  const gateway = createGateway({
    ...runtime('gateway'),
    config: { ...readGatewayConfig(config.env), host: config.host, port: config.port },
    upstreams: { auth: localUpstream(auth), payments: localUpstream(payments), ledger: localUpstream(ledger), events: localUpstream(events) },
    auth: createClient(authApi, localTransport(auth, as('gateway'))),
    events: createClient(eventsApi, localTransport(events, as('gateway'))),
    limiter: memoryLimiter({ clock }),
    health: Object.fromEntries(services.map((service) => [service.name, service.ready])),
  })

  await Promise.all(services.map((service) => service.start()))
  return {
    gateway,
    async stop() {
      await gateway.close()
      // Events first: it reads the others' outboxes. The ledger last: payments still posts to it.
      for (const service of [events, payments, ledger, auth]) await service.stop()
      await bus.close()
    },
  }
}
