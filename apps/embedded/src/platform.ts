import type { LogFile } from './log-file.ts'
import type { Databases } from './databases.ts'
import type { ServiceSettings } from './service-settings.ts'
import { memoryBus } from '@micro/bus'
import {
  authApi,
  eventsApi,
  ledgerApi,
  paymentsApi,
  type BusMessages,
  type ServiceName,
  type ServicePrincipal,
} from '@micro/contracts'
import { authService } from '@micro/auth'
import { createClient, localTransport } from '@micro/client'
import { eventsService } from '@micro/events'
import { createGateway, localUpstream, memoryLimiter, memoryRecent, type Gateway } from '@micro/gateway'
import { createIds, systemClock } from '@micro/kernel'
import { ledgerService } from '@micro/ledger'
import { liveProcessors, paymentsService, simulatorProcessor, troubled } from '@micro/payments'
import { createReadiness, watchBus, type MicroBus, type Observation, type Runtime, type Service } from '@micro/service'

export interface Platform {
  readonly gateway: Gateway
  readonly bus: MicroBus
  /** Stops answering, finishes what is under way, then stops the services in the order of their needs. */
  readonly stop: () => Promise<void>
}

const as = (service: ServicePrincipal['service']): ServicePrincipal => ({ kind: 'service', service })

/** Joins every service in this process: in-process bus, limiter and calls; nothing in a service knows. */
export const createPlatform = async (options: {
  settings: ServiceSettings
  databases: Databases['of']
  logs: LogFile
  observation: Observation
  /** Where browsers find the gateway. */
  publicUrl: () => string
  /** Where any part of Micro listens on this machine. */
  ownPorts: () => readonly number[]
}): Promise<Platform> => {
  const { settings, databases, logs, observation, publicUrl, ownPorts } = options
  const bus = memoryBus<BusMessages>({ onError: (err) => logs.logger('bus').error({ err }, 'bus.handler_failed') })
  const clock = systemClock
  const newId = createIds({ clock })
  const runtime = (name: ServiceName): Runtime => {
    const { metrics, traces } = observation.of(name)
    watchBus(bus, metrics)
    return { bus, clock, newId, log: logs.logger(name), metrics, traces }
  }

  const auth = authService({
    ...runtime('auth'),
    db: databases.auth,
    config: settings.auth,
  })
  const ledger = ledgerService({ ...runtime('ledger'), db: databases.ledger, config: settings.ledger })
  const payments = paymentsService({
    ...runtime('payments'),
    db: databases.payments,
    config: settings.payments,
    ledger: createClient(ledgerApi, localTransport(ledger, as('payments'))),
    auth: createClient(authApi, localTransport(auth, as('payments'))),
    processors: {
      test: troubled(simulatorProcessor({ db: databases.payments, clock }), settings.payments.simulator),
      live: liveProcessors({ db: databases.payments, clock, keys: settings.payments.encryptionKeys }),
    },
    publicUrl,
  })
  const events = eventsService({
    ...runtime('events'),
    db: databases.events,
    config: settings.events,
    sources: {
      payments: createClient(paymentsApi, localTransport(payments, as('events'))),
      ledger: createClient(ledgerApi, localTransport(ledger, as('events'))),
    },
    auth: createClient(authApi, localTransport(auth, as('events'))),
    ownPorts,
  })
  const services: Service[] = [auth, ledger, payments, events]
  const authClient = createClient(authApi, localTransport(auth, as('gateway')))
  const eventsClient = createClient(eventsApi, localTransport(events, as('gateway')))
  const gateway = createGateway({
    ...runtime('gateway'),
    config: settings.gateway,
    upstreams: {
      auth: localUpstream(auth),
      payments: localUpstream(payments),
      ledger: localUpstream(ledger),
      events: localUpstream(events),
    },
    auth: authClient,
    pairings: authClient,
    browserSessions: authClient,
    events: eventsClient,
    cliSessions: eventsClient,
    limiter: memoryLimiter({ clock }),
    recent: memoryRecent({ max: settings.gateway.requestLogMax }),
    health: Object.fromEntries(services.map((service) => [service.name, service.ready])),
  })

  await Promise.all(services.map((service) => service.start()))
  observation.started({
    gateway: gateway.ready,
    ...Object.fromEntries(
      services.map(({ name, ready }) => [name, createReadiness({ check: ready, bus, log: logs.logger(name) })]),
    ),
  })
  return {
    gateway,
    bus,
    async stop() {
      observation.drain()
      await gateway.close()
      // Events first: it reads the others' outboxes. The ledger last: payments still posts to it.
      for (const service of [events, payments, ledger, auth]) await service.stop()
      await bus.close()
    },
  }
}
