import Type, { type Static } from 'typebox'
import { Nullable } from './common.ts'
import type { ServiceName } from './principal.ts'
import { route } from './route.ts'

/** What waits somewhere in a service, of all merchants; each is explained where it is listed, in `lagNames`. */
export const ServiceLag = Type.Object({
  name: Type.String(),
  waiting: Type.Integer({ description: 'How many there are; most are counted up to 10,000.' }),
  oldest_seconds: Nullable(
    Type.Integer({ description: 'Since when the oldest of them waits; null where that is not known.' }),
  ),
})
export type ServiceLag = Static<typeof ServiceLag>

/** What a service can be behind with. */
export const lagNames = {
  outbox: 'Events that the events service has not taken yet.',
  charges: 'Charges whose result is not known yet.',
  movements: 'Movements of money that the ledger has not confirmed yet.',
  verification: 'Ledger transactions that were recorded and not verified yet.',
  wrong_books: 'Books in which the verification found something wrong.',
  deliveries: 'Webhook deliveries that have not got through yet.',
  dead_letters: 'Events that could not be stored, and were put aside.',
} as const
export type LagName = keyof typeof lagNames

/** How a service is, as whichever of its processes answered tells it. */
export const ServiceStatus = Type.Object({
  object: Type.Literal('service_status'),
  service: Type.String(),
  version: Type.String({ description: 'Of Micro.' }),
  node: Type.String(),
  postgres: Nullable(Type.String({ description: "The database server's version; null where it has none." })),
  redis: Nullable(Type.String({ description: "Redis' version, as the gateway sees it; null where there is none." })),
  running_seconds: Type.Integer({ description: 'For how long the process that answered has run.' }),
  lags: Type.Array(ServiceLag),
  failing_workers: Type.Array(
    Type.Object({
      name: Type.String(),
      failures: Type.Integer({ description: 'Rounds that failed one after the other up to now.' }),
    }),
    { description: 'Background work of the process that answered which does not get on.' },
  ),
})
export type ServiceStatus = Static<typeof ServiceStatus>

/** Asked through the gateway, each of its own: of one that is down the others can still be looked at. */
export const statusRoute = <const Service extends ServiceName>(service: Service) =>
  route({
    method: 'GET',
    path: `/operator/services/${service}`,
    service,
    access: ['operator'],
    status: 200,
    summary: `How the ${service} service is: its versions, what waits in it, what does not get on.`,
    response: ServiceStatus,
    faults: ['operator_required'],
  } as const)
