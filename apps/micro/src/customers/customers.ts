import { paymentsApi } from '@micro/contracts'
import type { MicroCommand } from '../shell/command.ts'
import type { Shell } from '../shell/shell.ts'
import { metadata, text, time } from '../resource/fields.ts'
import { addResource, type Resource } from '../resource/resource.ts'

const id = 'cus_0Vc3N4ZyoDK7iaUmKbGDZe2R'

const customers: Resource = {
  name: 'customers',
  noun: 'customer',
  group: 'Payment commands:',
  summary: 'Keep customers',
  description: 'Keep customers, for whom cards can be kept.',
  examples: ['micro customers list', 'micro customers create --name "Jenny Rosen" --email jenny@example.com'],
  fields: [
    text('id', { heading: 'CUSTOMER' }),
    text('name', { heading: 'NAME', cut: true }),
    text('email', { heading: 'EMAIL', cut: true }),
    text('phone', { heading: 'PHONE', spare: 3 }),
    text('description', { heading: 'DESCRIPTION', cut: true, spare: 1 }),
    metadata({ heading: 'METADATA', cut: true, spare: 2 }),
    time('created', { heading: 'CREATED' }),
  ],
  verbs: {
    list: {
      route: paymentsApi.listCustomers,
      summary: 'List customers, newest first',
      examples: ['micro customers list', 'micro customers list --email jenny@example.com'],
    },
    show: {
      route: paymentsApi.retrieveCustomer,
      summary: 'Show one customer',
      examples: [`micro customers show ${id}`],
    },
    search: {
      route: paymentsApi.searchCustomers,
      summary: 'Find customers by name, email, metadata and more',
      examples: [`micro customers search --query 'name:"Jenny"'`],
    },
    create: {
      route: paymentsApi.createCustomer,
      summary: 'Create a customer',
      examples: ['micro customers create --name "Jenny Rosen" --email jenny@example.com --metadata plan=gold'],
    },
    update: {
      route: paymentsApi.updateCustomer,
      summary: 'Change a customer',
      examples: [`micro customers update ${id} --phone ""`, `micro customers update ${id} -d address[city]=Berlin`],
    },
    delete: {
      route: paymentsApi.deleteCustomer,
      asks: true,
      summary: 'Delete a customer and the cards kept for it',
      examples: [`micro customers delete ${id} --yes`],
    },
  },
}

export const addCustomers = (program: MicroCommand, shell: Shell): void => void addResource(program, shell, customers)
