import Type, { type Static } from 'typebox'
import { Exact, IdParam, List, Nullable, pageQuery, Text, Timestamp } from './common.ts'
import { LedgerTotals } from './ledger-reports.ts'
import { route } from './route.ts'

const period = {
  id: Type.String(),
  object: Type.Literal('ledger.period'),
  closes_through: Type.Integer({ description: 'The last second that is closed, since the Unix epoch.' }),
  closes_after: Nullable(
    Type.Integer({ description: 'The last second of the period before it; null for the first period.' }),
  ),
  description: Nullable(Type.String()),
  seq: Type.Integer({ description: 'The newest transaction of the book when it was closed; 0 when there was none.' }),
  hash: Nullable(Type.String({ description: "That transaction's hash." })),
  livemode: Type.Boolean(),
  created: Timestamp,
}
const ListedPeriod = Type.Object(period)
export const LedgerPeriod = Type.Object({
  ...period,
  totals: Type.Array(LedgerTotals, {
    description: 'The trial balance of what took effect up to closes_through, as it was closed; at most 1,000 rows.',
  }),
  totals_has_more: Type.Boolean({
    description:
      'True when there are more rows: the trial balance with effective_at=closes_through has them by currency.',
  }),
})
export type LedgerPeriod = Static<typeof LedgerPeriod>

export const periodRoutes = {
  closeLedgerPeriod: route({
    method: 'POST',
    path: '/ledger/periods',
    service: 'ledger',
    access: ['secret_key'],
    scope: 'ledger:write',
    status: 201,
    summary:
      'Close everything that took effect up to a second or date in the past, for good. The same closes_through again answers 200.',
    body: Exact({
      closes_through: Type.Union(
        [Type.String({ pattern: '^([0-9]{4}-[0-9]{2}-[0-9]{2}|0|[1-9][0-9]{0,11})$' }), Type.Integer()],
        {
          'x-expected': 'seconds since the Unix epoch, or a date such as 2026-01-31, which is closed to its end in UTC',
          description: 'A second since the Unix epoch, or a date, which is closed to its end in UTC.',
        },
      ),
      description: Type.Optional(Text(1000)),
    }),
    response: LedgerPeriod,
    faults: ['period_closed', 'ledger_busy'],
  }),
  retrieveLedgerPeriod: route({
    method: 'GET',
    path: '/ledger/periods/:id',
    service: 'ledger',
    access: ['secret_key'],
    scope: 'ledger:read',
    status: 200,
    summary: 'Retrieve a closed period with the trial balance it was closed with.',
    params: IdParam,
    response: LedgerPeriod,
    faults: ['resource_missing'],
  }),
  listLedgerPeriods: route({
    method: 'GET',
    path: '/ledger/periods',
    service: 'ledger',
    access: ['secret_key'],
    scope: 'ledger:read',
    status: 200,
    summary: 'List closed periods, newest first.',
    query: Exact(pageQuery),
    response: List(ListedPeriod),
    faults: ['parameter_resource_missing'],
  }),
} as const
