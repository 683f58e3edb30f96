import Type, { type Static } from 'typebox'
import { Bounds, Exact, stretch } from './common.ts'
import { route } from './route.ts'

const Amount = (description: string) => Type.Integer({ description: `In minor units. ${description}` })

const figures = {
  volume: Amount('What was charged.'),
  refunds: Amount('What was given back of it, less refunds that failed.'),
  disputes: Amount('What payers took back by disputes, less what was won.'),
  fees: Amount("Micro's and the processor's, less what was given back of them."),
  net: Amount('Volume less refunds, disputes and fees.'),
  paid: Type.Integer({ description: 'Payments made in this time that are paid, or authorised.' }),
  failed: Type.Integer({ description: 'Payments made in this time that were tried, and declined.' }),
}

export const PaymentFigures = Type.Object({
  object: Type.Literal('payment_figures'),
  data: Type.Array(
    Type.Object({
      currency: Type.String(),
      ...figures,
      series: Type.Array(Type.Object({ ...stretch, ...figures }), { description: 'The same of each stretch.' }),
    }),
    { description: 'By currency, that of most payments first; those in which nothing happened are left out.' },
  ),
  livemode: Type.Boolean(),
})
export type PaymentFigures = Static<typeof PaymentFigures>

export const paymentFiguresApi = {
  retrievePaymentFigures: route({
    method: 'GET',
    path: '/payments/figures',
    service: 'payments',
    access: ['secret_key'],
    scope: 'payments:read',
    status: 200,
    summary:
      'What payments came to in stretches of time, by currency: volume, refunds, disputes, fees, paid, declined.',
    query: Exact({ bounds: Bounds }),
    response: PaymentFigures,
    faults: ['report_too_large', 'figures_busy', 'parameter_invalid'],
  }),
} as const
