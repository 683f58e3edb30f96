import { paymentsApi } from '@micro/contracts'
import type { MicroCommand } from '../shell/command.ts'
import type { Shell } from '../shell/shell.ts'
import { money, text, time } from '../resource/fields.ts'
import { addResource, type Resource } from '../resource/resource.ts'

const id = 'ch_0Vc3N4ZyoDK7iaUmKbGDZe2R'

const charges: Resource = {
  name: 'charges',
  noun: 'charge',
  group: 'Payment commands:',
  summary: 'Look at attempts to take money',
  description: 'Look at attempts to take money: each payment has one for every time that its card was asked.',
  examples: ['micro charges list'],
  fields: [
    text('id', { heading: 'CHARGE' }),
    money('amount', { heading: 'AMOUNT' }),
    text('status', { heading: 'STATUS' }),
    money('amount_refunded', { heading: 'REFUNDED', spare: 2 }),
    text('payment_intent', { heading: 'PAYMENT', spare: 1 }),
    text('failure_code', { heading: 'FAILURE', spare: 3 }),
    time('created', { heading: 'CREATED' }),
  ],
  verbs: {
    list: {
      route: paymentsApi.listCharges,
      summary: 'List charges, newest first',
      examples: ['micro charges list', 'micro charges list --payment-intent pi_0Vc3N4ZyoDK7iaUmKbGDZe2R'],
    },
    show: {
      route: paymentsApi.retrieveCharge,
      summary: 'Show one charge',
      examples: [`micro charges show ${id} --json`],
    },
  },
}

export const addCharges = (program: MicroCommand, shell: Shell): void => void addResource(program, shell, charges)
