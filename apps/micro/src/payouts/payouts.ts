import { paymentsApi } from '@micro/contracts'
import type { MicroCommand } from '../shell/command.ts'
import type { Shell } from '../shell/shell.ts'
import { metadata, money, text, time } from '../resource/fields.ts'
import { addResource, type Resource } from '../resource/resource.ts'

const id = 'po_0Vc3N4ZyoDK7iaUmKbGDZe2R'

const payouts: Resource = {
  name: 'payouts',
  noun: 'payout',
  group: 'Payment commands:',
  summary: 'Pay out what is available',
  description: 'Pay out what is available to the bank, and look at what was.',
  examples: ['micro payouts list', 'micro payouts create --amount 5000 --currency usd'],
  fields: [
    text('id', { heading: 'PAYOUT' }),
    money('amount', { heading: 'AMOUNT' }),
    text('status', { heading: 'STATUS' }),
    time('arrival_date', { heading: 'ARRIVES' }),
    text('description', { heading: 'DESCRIPTION', cut: true, spare: 1 }),
    metadata({ heading: 'METADATA', cut: true, spare: 2 }),
    time('created', { heading: 'CREATED' }),
  ],
  verbs: {
    list: {
      route: paymentsApi.listPayouts,
      summary: 'List payouts, newest first',
      examples: ['micro payouts list', 'micro payouts list --status paid --json'],
    },
    show: { route: paymentsApi.retrievePayout, summary: 'Show one payout', examples: [`micro payouts show ${id}`] },
    create: {
      route: paymentsApi.createPayout,
      summary: 'Pay out available funds',
      examples: ['micro payouts create --amount 5000 --currency usd'],
    },
    cancel: {
      route: paymentsApi.cancelPayout,
      summary: 'Cancel a payout that is pending',
      examples: [`micro payouts cancel ${id}`],
    },
  },
}

export const addPayouts = (program: MicroCommand, shell: Shell): void => void addResource(program, shell, payouts)
