import Type, { type Static } from 'typebox'
import { AnyId, Exact, Text } from './common.ts'
import { route } from './route.ts'

const SettlementFaultKind = Type.Union(
  (['missing', 'late', 'duplicate', 'wrong_amount', 'wrong_currency', 'unknown'] as const).map((kind) =>
    Type.Literal(kind),
  ),
)

export const SettlementFault = Type.Object({
  object: Type.Literal('test_helpers.settlement_fault'),
  subject: Type.String(),
  kind: SettlementFaultKind,
  livemode: Type.Boolean(),
})
export type SettlementFault = Static<typeof SettlementFault>

export const settlementFaultsApi = {
  plantSettlementFault: route({
    method: 'POST',
    path: '/v1/test_helpers/settlement_faults',
    service: 'payments',
    access: ['secret_key'],
    scope: 'payments:write',
    idempotent: true,
    status: 200,
    summary:
      "Let test mode's simulator settle a charge or refund of yours wrongly, to see a reconciliation find it. Micro's own.",
    body: Exact({
      subject: AnyId,
      kind: SettlementFaultKind,
      amount: Type.Optional(
        Type.Integer({ minimum: 1, maximum: 999_999_999_999, description: 'Of wrong_amount; default: one more.' }),
      ),
      currency: Type.Optional(Text(3, 3, { description: 'Of wrong_currency; default: xxx.' })),
      after_seconds: Type.Optional(
        Type.Integer({
          minimum: 1,
          maximum: 31_536_000,
          description: 'Of late: when it is told after all; default: a day.',
        }),
      ),
    }),
    response: SettlementFault,
    faults: ['test_mode_only', 'parameter_resource_missing'],
  }),
} as const
