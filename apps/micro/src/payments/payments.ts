import { paymentsApi } from '@micro/contracts'
import type { MicroCommand } from '../shell/command.ts'
import type { Shell } from '../shell/shell.ts'
import { metadata, money, text, time } from '../resource/fields.ts'
import { addResource, type Resource } from '../resource/resource.ts'

const id = 'pi_0Vc3N4ZyoDK7iaUmKbGDZe2R'

const payments: Resource = {
  name: 'payments',
  noun: 'payment',
  group: 'Payment commands:',
  summary: 'Make payments and look at them',
  description: 'Make payments and look at them: payment intents, from their creation to the money taken.',
  examples: [
    'micro payments list',
    'micro payments create --amount 2000 --currency usd --payment-method pm_card_visa --confirm',
  ],
  fields: [
    text('id', { heading: 'PAYMENT' }),
    money('amount', { heading: 'AMOUNT' }),
    text('status', { heading: 'STATUS' }),
    text('customer', { heading: 'CUSTOMER', spare: 2 }),
    text('description', { heading: 'DESCRIPTION', cut: true, spare: 4 }),
    metadata({ heading: 'METADATA', cut: true, spare: 3 }),
    text('latest_charge', { heading: 'CHARGE', spare: 1 }),
    time('created', { heading: 'CREATED' }),
  ],
  verbs: {
    list: {
      route: paymentsApi.listPaymentIntents,
      summary: 'List payments, newest first',
      examples: ['micro payments list', 'micro payments list --customer cus_0Vc3N4ZyoDK7iaUmKbGDZe2R --json'],
    },
    show: {
      route: paymentsApi.retrievePaymentIntent,
      summary: 'Show one payment',
      examples: [`micro payments show ${id}`, `micro payments show ${id} --json -e latest_charge`],
    },
    search: {
      route: paymentsApi.searchPaymentIntents,
      summary: 'Find payments by amount, status, metadata and more',
      examples: [`micro payments search --query 'status:"succeeded" AND amount>1000'`],
    },
    create: {
      route: paymentsApi.createPaymentIntent,
      summary: 'Create a payment',
      examples: [
        'micro payments create --amount 2000 --currency usd',
        'micro payments create --amount 2000 --currency usd --payment-method pm_card_visa --confirm -d metadata[order]=7',
      ],
    },
    update: {
      route: paymentsApi.updatePaymentIntent,
      summary: 'Change a payment that was not charged yet',
      examples: [`micro payments update ${id} --amount 2500 --metadata order=7`],
    },
    confirm: {
      route: paymentsApi.confirmPaymentIntent,
      summary: 'Charge a payment',
      examples: [`micro payments confirm ${id} --payment-method pm_card_visa`],
    },
    capture: {
      route: paymentsApi.capturePaymentIntent,
      summary: 'Take what was authorised',
      examples: [`micro payments capture ${id}`, `micro payments capture ${id} --amount-to-capture 1500`],
    },
    cancel: {
      route: paymentsApi.cancelPaymentIntent,
      summary: 'Cancel a payment',
      examples: [`micro payments cancel ${id} --cancellation-reason requested_by_customer`],
    },
  },
}

export const addPayments = (program: MicroCommand, shell: Shell): void => void addResource(program, shell, payments)
