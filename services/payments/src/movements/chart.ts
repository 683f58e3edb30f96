import type { AccountType } from '@micro/contracts'

/**
 * The accounts that payments keep in every merchant's book, one of each per currency, as the payment service provider
 * sees them. `authorisations` and its counterpart only remember what cards have promised.
 */
const accounts = {
  processor_receivable: { name: 'Processor receivable', type: 'asset' },
  merchant_balance: { name: 'Merchant balance', type: 'liability' },
  fee_revenue: { name: 'Fee revenue', type: 'revenue' },
  dispute_reserve: { name: 'Dispute reserve', type: 'liability' },
  payouts_in_transit: { name: 'Payouts in transit', type: 'liability' },
  authorisations: { name: 'Authorisations', type: 'asset' },
  authorisations_contra: { name: 'Authorisations (counterpart)', type: 'liability' },
} as const satisfies Record<string, { name: string; type: AccountType }>

export type AccountName = keyof typeof accounts

/** How the ledger is told of one of them; it makes the account when it is first needed. */
export const systemAccount = (account: AccountName, currency: string) => ({
  id: `sys_${account}_${currency}`,
  ...accounts[account],
})
