import { paymentsApi, type Balance } from '@micro/contracts'
import { minorUnitDigits } from '@micro/kernel'
import { amountOf } from '../ledger/money.ts'
import { createColumns } from '../shell/columns.ts'
import type { MicroCommand } from '../shell/command.ts'
import type { Context, Shell } from '../shell/shell.ts'
import { money, text, time } from '../resource/fields.ts'
import { addResource, type Resource, type Thing } from '../resource/resource.ts'

const columns = [{ heading: 'CURRENCY' }, { heading: 'AVAILABLE', right: true }, { heading: 'PENDING', right: true }]

const drawBalance = ({ terminal }: Context, answer: Thing): void => {
  const { available, pending } = answer as unknown as Balance
  const currencies = [...new Set([...available, ...pending].map(({ currency }) => currency))]
  const amountIn = (side: Balance['available'], currency: string): string => {
    const amount = side.find((each) => each.currency === currency)?.amount ?? 0
    return amountOf(BigInt(amount), minorUnitDigits(currency))
  }
  createColumns(terminal, columns).print(
    currencies.map((currency) => [currency.toUpperCase(), amountIn(available, currency), amountIn(pending, currency)]),
  )
}

const balance: Resource = {
  name: 'balance',
  noun: 'balance transaction',
  group: 'Payment commands:',
  summary: 'Show what you have, and what changed it',
  description: 'Show what you have, available and pending, and what changed it.',
  examples: ['micro balance', 'micro balance transactions --type refund'],
  fields: [
    text('id', { heading: 'TRANSACTION' }),
    text('type', { heading: 'TYPE' }),
    money('amount', { heading: 'AMOUNT' }),
    money('fee', { heading: 'FEE', spare: 3 }),
    money('net', { heading: 'NET' }),
    text('status', { heading: 'STATUS', spare: 2 }),
    text('source', { heading: 'SOURCE', spare: 1 }),
    time('created', { heading: 'CREATED' }),
  ],
  verbs: {
    show: {
      route: paymentsApi.retrieveBalance,
      summary: 'Show what you have, by currency',
      examples: ['micro balance show', 'micro balance show --json'],
      isDefault: true,
      show: drawBalance,
    },
    transactions: {
      route: paymentsApi.listBalanceTransactions,
      summary: 'List what changed the balance, newest first',
      examples: ['micro balance transactions', 'micro balance transactions --type payout --from 2026-01-01'],
    },
  },
}

export const addBalance = (program: MicroCommand, shell: Shell): void => void addResource(program, shell, balance)
