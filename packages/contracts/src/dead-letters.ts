import Type, { type Static } from 'typebox'
import { Exact, IdParam, List, Nullable, pageQuery, Text, Timestamp } from './common.ts'
import { route } from './route.ts'

/** A row of an outbox that could not become an event. What it holds is shown to nobody. */
export const DeadLetter = Type.Object({
  id: Type.String(),
  object: Type.Literal('dead_letter'),
  created: Timestamp,
  event: Type.String({ description: 'What it calls itself.' }),
  position: Type.String({ description: 'Its place in the outbox.' }),
  reason: Type.String(),
  redriven: Nullable(Timestamp, { description: 'When it became an event after all.' }),
  source: Type.String({ description: 'The service whose outbox it came from.' }),
})
export type DeadLetter = Static<typeof DeadLetter>

const common = { service: 'events', access: ['operator'], status: 200 } as const

/** Of all merchants, so an operator's: what is wrong with such a row is the installation's. */
export const deadLettersApi = {
  listDeadLetters: route({
    ...common,
    method: 'GET',
    path: '/events/operator/dead_letters',
    summary: 'List what could not become an event, and why, the last first.',
    query: Exact({ ...pageQuery, source: Type.Optional(Text(40, 1)) }),
    response: List(DeadLetter),
    faults: ['operator_required', 'parameter_resource_missing'],
  }),
  redriveDeadLetter: route({
    ...common,
    method: 'POST',
    path: '/events/operator/dead_letters/:id/redrive',
    summary: 'Try once more to make it an event, of the next seq. Again once it is one changes nothing.',
    params: IdParam,
    body: Exact({}),
    response: DeadLetter,
    faults: ['operator_required', 'resource_missing', 'dead_letter_refused'],
  }),
} as const
