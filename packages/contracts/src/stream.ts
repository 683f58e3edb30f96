import Type, { type Static, type TSchema } from 'typebox'
import { Mode } from './common.ts'
import { Event } from './event.ts'
import type { Route } from './route.ts'

/** Who may open the stream, in either of its forms. */
export const streamAccess = { access: ['secret_key'], scope: 'events:read' } as const satisfies Partial<Route>

const Seq = Type.Integer({
  minimum: 0,
  maximum: Number.MAX_SAFE_INTEGER,
  description:
    "A place in the order of a merchant's events in one mode: 1, 2, 3, … without gaps; 0 is before the first.",
})

/** Frames that the server sends on the WebSocket `/ws`, one JSON text each, by their `type`. It speaks first, with `hello`. */
export const serverFrames = {
  hello: Type.Object(
    {
      type: Type.Literal('hello'),
      session: Type.String(),
      merchant: Type.String(),
      mode: Mode,
      head_seq: Seq,
    },
    { description: 'The first frame: whose events these are, and the newest there is.' },
  ),
  ready: Type.Object(
    { type: Type.Literal('ready'), after: Seq },
    { description: 'The answer to resume: events after this one follow.' },
  ),
  event: Type.Object(
    { type: Type.Literal('event'), seq: Seq, event: Event },
    { description: 'One event. Each has the seq after that of the one before, or of the skip between them.' },
  ),
  skip: Type.Object(
    { type: Type.Literal('skip'), seq: Seq },
    { description: 'Up to this seq there is nothing more that the client may be told. It needs no ack.' },
  ),
  error: Type.Object(
    {
      type: Type.Literal('error'),
      code: Type.String(),
      message: Type.String(),
      first_seq: Type.Optional({
        ...Seq,
        description:
          'With event_no_longer_kept: the first event that is kept. Those before it, after the cursor, have left.',
      }),
    },
    { description: 'Why the server closes the connection, which it does next.' },
  ),
} as const satisfies Record<string, TSchema>

/** Frames that a client sends on it. */
export const clientFrames = {
  resume: Type.Object(
    {
      type: Type.Literal('resume'),
      after: Type.Union([Seq, Type.Null()], { description: 'The last event you have; null: from now on.' }),
      event: Type.Optional(
        Type.String({
          description:
            'The id of the event at after, if you know it: after a restore from a backup another may stand there.',
        }),
      ),
    },
    { description: 'Once, in answer to hello: where to go on.' },
  ),
  ack: Type.Object(
    { type: Type.Literal('ack'), seq: Seq },
    { description: 'Everything up to seq has been handled: more may be sent.' },
  ),
} as const satisfies Record<string, TSchema>

type FrameOf<F extends Record<string, TSchema>> = { [T in keyof F]: Static<F[T]> }[keyof F]
export type ServerFrame = FrameOf<typeof serverFrames>
export type ClientFrame = FrameOf<typeof clientFrames>

/** Close codes beyond RFC 6455's: what the client should do next differs. */
export const closeCodes = {
  restarting: 1012,
  unauthenticated: 4401,
  unknownCursor: 4404,
  protocol: 4400,
  slow: 4408,
} as const

/** Events sent but not acknowledged per connection before the server waits for an `ack`. */
export const unacknowledgedMax = 256
