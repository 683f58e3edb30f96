import Type from 'typebox'
import { Exact } from './common.ts'
import { LedgerTransaction } from './ledger-transactions.ts'
import { route } from './route.ts'

/** Where a reader of the feed is: opaque to it. It stands for one transaction of one book, whatever happens to either. */
export const FeedCursor = Type.String({
  pattern: '^(0|[1-9][0-9]{0,15}-[0-9a-f]{16})$',
  'x-expected': 'a cursor of this feed, or 0 for the beginning',
})

/** The longest a reader waits for the next transaction in one request, in seconds: within what a request may take. */
const waitSecondsMax = 25

export const feedRoutes = {
  readLedgerFeed: route({
    method: 'GET',
    path: '/ledger/feed',
    service: 'ledger',
    access: ['secret_key'],
    scope: 'ledger:read',
    status: 200,
    summary:
      'Read every transaction of the book once, in the order of seq and without gaps, from a cursor on. With wait it answers as soon as there is one; with Accept: application/x-ndjson and follow it goes on until you leave.',
    query: Exact({
      after: Type.Optional(FeedCursor),
      limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 100 })),
      wait: Type.Optional(
        Type.Integer({
          minimum: 0,
          maximum: waitSecondsMax,
          default: 0,
          description: 'Seconds to wait for a transaction when there is none yet.',
        }),
      ),
      follow: Type.Optional(
        Type.Boolean({ default: false, description: 'Of the NDJSON stream: go on at the head of the book.' }),
      ),
    }),
    response: Type.Object({
      object: Type.Literal('ledger.feed'),
      data: Type.Array(LedgerTransaction),
      cursor: Type.String({ description: 'Ask with it as after for what comes next.' }),
      has_more: Type.Boolean(),
      head_seq: Type.Integer({ description: "The newest transaction's seq." }),
    }),
    stream: {
      formats: ['ndjson'],
      line: Type.Union([
        Type.Object({
          object: Type.Literal('ledger.feed.transaction'),
          cursor: Type.String({ description: 'Ask with it as after to go on behind this line.' }),
          transaction: LedgerTransaction,
        }),
        Type.Object({
          object: Type.Literal('ledger.feed.heartbeat'),
          cursor: Type.String(),
          head_seq: Type.Integer(),
        }),
      ]),
      always: false,
    },
    faults: ['cursor_ahead', 'cursor_foreign', 'stream_limit'],
  }),
} as const
