import Type from 'typebox'
import { browserSessionsApi } from './browser-sessions.ts'
import { Exact, Mode, Text } from './common.ts'
import { Event } from './event.ts'
import { requestLogApi } from './request-log.ts'
import { route } from './route.ts'
import { statusRoute } from './service-status.ts'
import { streamAccess } from './stream.ts'

/**
 * Where a reader of server-sent events is: the `seq` of the last event it has and, but for one that somebody typed, that
 * event's id. To readers it is opaque.
 */
const eventCursor = (description: string) =>
  Type.String({
    pattern: '^(0|[1-9][0-9]{0,14}(-[0-9A-Za-z_]{1,100})?)$',
    'x-expected': 'the id of an event of this stream, or 0 for the beginning',
    description,
  })

/** What a reader of server-sent events says in a header when it comes back. */
export const EventStreamHeaders = Type.Object({
  'Last-Event-ID': Type.Optional(eventCursor('As since, and newer than it: browsers send it when they come back.')),
})

/** What the gateway answers by itself, and no service behind it. */
export const gatewayApi = {
  ...requestLogApi,
  ...browserSessionsApi,
  getGatewayStatus: statusRoute('gateway'),
  streamEvents: route({
    method: 'GET',
    path: '/v1/events/stream',
    service: 'gateway',
    ...streamAccess,
    status: 200,
    summary:
      'Follow events as they happen, as server-sent events: each once, in order, without gaps. Their id goes into since, or the header Last-Event-ID, to go on behind it; an event named error tells why the stream ends.',
    query: Exact({
      since: Type.Optional(
        eventCursor('The id of the last event you have; 0: from the beginning. Left out: from now on.'),
      ),
      mode: Type.Optional({
        ...Mode,
        description: "Of a browser's session, in place of the header Micro-Mode, which it cannot send here.",
      }),
      types: Type.Optional(
        Type.Array(Text(100, 1), {
          minItems: 1,
          maxItems: 20,
          description: 'Only these types; charge.* stands for all of an object, * for all.',
        }),
      ),
    }),
    response: Event,
    sse: Event,
    faults: ['unknown_cursor', 'cursor_no_longer_kept', 'stream_limit'],
  }),
} as const
