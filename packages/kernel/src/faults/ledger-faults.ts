import { bad, type FaultSpec } from './fault-spec.ts'

/** The ledger's refusals. */
export const ledgerFaults = {
  account_exists: bad("Ledger account '{account}' exists already with other attributes.", 409),
  account_reserved: bad(
    "'{account}' belongs to Micro: names starting with sys_ can be read but not created or posted to.",
    403,
  ),
  account_frozen: bad("{param}: account '{account}' is frozen. Nothing is posted to it until it is active again.", 409),
  account_closed: bad("{param}: account '{account}' is closed, and stays so.", 409),
  account_not_empty: bad(
    "Account '{account}' has a balance of {balance} and {held} held, in minor units. Only an account at 0 without open holds can be closed.",
    409,
  ),
  insufficient_funds: bad(
    "{param}: account '{account}' has {available} available in minor units, this needs {required}.",
  ),
  limit_exceeded: bad(
    "{param}: account '{account}' would have a balance of {balance} in minor units{counting}, its max_balance is {limit}.",
  ),
  limit_refused: bad(
    "Invalid {param}: account '{account}' is beyond that limit already, it has {balance} in minor units{counting}.",
  ),
  asset_exists: bad("An asset with code '{asset}' exists already with another name or scale.", 409),
  verification_too_long: bad(
    'This ledger is too large to be verified within one answer. Send "Accept: application/x-ndjson" for an answer line by line, with progress.',
  ),
  hold_captured: bad("Hold '{hold}' was captured: nothing of it is left.", 409),
  hold_released: bad("Hold '{hold}' was released: nothing of it is left.", 409),
  hold_expired: bad("Hold '{hold}' has expired. Make another one.", 409),
  hold_exceeded: bad(
    "{param}: hold '{hold}' has {remaining} left on account '{account}' in minor units, this needs {required}.",
  ),
  hold_captures_too_many: bad(
    "Hold '{hold}' was captured {limit} times, which is the most there may be. Release it, and hold the rest anew.",
    409,
  ),
  transaction_not_reversible: bad("Transaction '{transaction}' cannot be reversed: {reason}.", 409),
  transaction_already_reversed: bad("Transaction '{transaction}' was reversed already, by '{reversal}'.", 409),
  reference_reserved: bad("References starting with 'micro:' belong to Micro. Choose another reference_id.", 403),
  reference_conflict: bad(
    "A transaction with reference_id '{reference}' exists already with other content. Another transaction takes another reference_id.",
    409,
  ),
  entries_too_few: bad('A transaction needs at least 2 entries.'),
  entry_zero: bad('{param} must not be 0.'),
  sign_direction_conflict: bad(
    '{param}: the amount {amount} and the direction {direction} contradict each other. Use positive amounts with a direction, or signed amounts (credit +, debit −).',
  ),
  transaction_unbalanced: bad(
    'The entries do not balance: {currency} credits minus debits is {difference} in minor units, it must be 0.',
  ),
  currency_mismatch: bad('{param}: account {account} is in {currency}, the transaction is in {expected}.'),
  condition_failed: bad(
    "{param}: account '{account}' would have {available} available in minor units, the condition asks for {asked}.",
    409,
  ),
  version_conflict: bad("{param}: account '{account}' is at version {version}, not {expected}.", 409),
  cursor_ahead: bad(
    '{param}: this cursor is behind transaction {seq}, but the book ends at {head}. It may have been restored from an older copy: read it again from a seq you trust.',
    409,
  ),
  cursor_foreign: bad(
    '{param}: this cursor is not of this book, or transaction {seq} has another hash than it had. Begin with after=0.',
    409,
  ),
  period_closed: bad(
    '{param}: the book is closed up to {closed_through}, and stays so. Choose a later time; what has to be put right is recorded in the open period.',
    409,
  ),
  report_too_large: bad('This report is over too much to make at once. Narrow it: {hint}.'),
  sum_out_of_range: bad('{param}: the amount or balance would pass the largest supported value.'),
  ledger_empty: bad('The ledger has no transactions yet, so there is nothing to sign.'),
  checkpoint_invalid: bad('Invalid {param}: {reason}.'),
  verification_running: {
    type: 'invalid_request_error',
    status: 409,
    retryable: true,
    text: 'This ledger is being verified already. Wait for that verification to end, then try again.',
  },
} as const satisfies Record<string, FaultSpec>
