import { paymentsApi } from '@micro/contracts'
import type { MicroCommand } from '../shell/command.ts'
import type { Shell } from '../shell/shell.ts'
import { metadata, money, text, time } from '../resource/fields.ts'
import { addResource, type Resource } from '../resource/resource.ts'

const id = 're_0Vc3N4ZyoDK7iaUmKbGDZe2R'
const payment = 'pi_0Vc3N4ZyoDK7iaUmKbGDZe2R'

const refunds: Resource = {
  name: 'refunds',
  noun: 'refund',
  group: 'Payment commands:',
  summary: 'Give money back',
  description: 'Give money back, and look at what was.',
  examples: ['micro refunds list', `micro refunds create --payment-intent ${payment}`],
  fields: [
    text('id', { heading: 'REFUND' }),
    money('amount', { heading: 'AMOUNT' }),
    text('status', { heading: 'STATUS' }),
    text('payment_intent', { heading: 'PAYMENT', spare: 1 }),
    text('reason', { heading: 'REASON', spare: 2 }),
    metadata({ heading: 'METADATA', cut: true, spare: 3 }),
    time('created', { heading: 'CREATED' }),
  ],
  verbs: {
    list: {
      route: paymentsApi.listRefunds,
      summary: 'List refunds, newest first',
      examples: ['micro refunds list', `micro refunds list --payment-intent ${payment} --json`],
    },
    show: { route: paymentsApi.retrieveRefund, summary: 'Show one refund', examples: [`micro refunds show ${id}`] },
    create: {
      route: paymentsApi.createRefund,
      summary: 'Refund a payment, all that is left of it or a part',
      examples: [
        `micro refunds create --payment-intent ${payment}`,
        `micro refunds create --payment-intent ${payment} --amount 500 --reason requested_by_customer`,
      ],
    },
    update: {
      route: paymentsApi.updateRefund,
      summary: 'Change the metadata of a refund',
      examples: [`micro refunds update ${id} --metadata order=7`],
    },
    cancel: {
      route: paymentsApi.cancelRefund,
      summary: 'Cancel a refund that is pending',
      examples: [`micro refunds cancel ${id}`],
    },
  },
}

export const addRefunds = (program: MicroCommand, shell: Shell): void => void addResource(program, shell, refunds)
