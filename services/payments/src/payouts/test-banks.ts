export interface BankRefusal {
  readonly code: string
  readonly message: string
}

/** The bank accounts of test mode, by the names that Stripe's test tokens have; the first is where nobody names one. */
export const testBanks: ReadonlyMap<string, 'arrives' | BankRefusal> = new Map<string, 'arrives' | BankRefusal>([
  ['btok_us_verified', 'arrives'],
  ['btok_us_noAccount', { code: 'no_account', message: 'The bank knows no account with these details.' }],
  ['btok_us_accountClosed', { code: 'account_closed', message: 'The bank account has been closed.' }],
  ['btok_us_insufficientFunds', { code: 'insufficient_funds', message: 'The bank account could not be paid into.' }],
  ['btok_us_debitNotAuthorized', { code: 'debit_not_authorized', message: 'The bank account takes no such payments.' }],
  ['btok_us_invalidCurrency', { code: 'invalid_currency', message: 'The bank account is not in this currency.' }],
])
