import type { Explanation } from './explanation.ts'

/** Of the ledger's refusals. Nothing was recorded. */
export const ledgerExplanations = {
  account_exists: {
    when: 'The id is taken by an account of another type, currency or limits.',
    remedy: 'Use that account, or choose another id. The same content again is no error.',
  },
  account_reserved: {
    when: 'Accounts beginning with `sys_` are moved by payments alone.',
    remedy: 'Post to accounts of your own. To move money of payments, refund, pay out or capture.',
  },
  account_frozen: {
    when: 'Somebody froze the account.',
    remedy: 'Make it active again (`status=active`) if it may be, or post to another one.',
  },
  account_closed: {
    when: 'The account was closed, which is for good.',
    remedy: 'Post to another account.',
  },
  account_not_empty: {
    when: 'There is still money on the account, or held.',
    remedy: 'Move it to another account, and capture or release its holds; then close it.',
  },
  insufficient_funds: {
    when: 'The account may not fall below its `min_available`, and this would take it there. Open holds count.',
    remedy: 'Move less, put money in first, release a hold, or change `min_available`.',
  },
  limit_exceeded: {
    when: 'The account may not have more than its `max_balance`; what is still to come counts.',
    remedy: 'Move less, or change `max_balance`.',
  },
  limit_refused: {
    when: 'The limit would be broken already, by what is on the account now.',
    remedy: 'Choose a limit on the other side of its balance, or move money first.',
  },
  asset_exists: {
    when: 'The code is taken by an asset of another name or scale, neither of which changes.',
    remedy: 'Use that asset, or choose another code.',
  },
  verification_too_long: {
    when: 'Verifying took longer than one answer may.',
    remedy: 'Ask with `Accept: application/x-ndjson`, as `micro ledger verify` does.',
  },
  hold_captured: {
    when: 'All of the hold was captured.',
    remedy: 'Nothing is left to do with it. For more, make another one.',
  },
  hold_released: {
    when: 'The hold was released, so its money is available again.',
    remedy: 'Make another one.',
  },
  hold_expired: {
    when: 'Its `expires_at` has passed.',
    remedy: 'Make another one, with more time.',
  },
  hold_exceeded: {
    when: 'More was to be captured than is left of the hold.',
    remedy: 'Capture at most `remaining`; post the rest as a transaction of its own.',
  },
  hold_captures_too_many: {
    when: 'A hold can be captured in parts, and this one was in as many as there may be.',
    remedy: 'Release what is left, and hold it anew.',
  },
  transaction_not_reversible: {
    when: 'Only what you posted or captured is reversed: no reversal, no hold, nothing of Micro’s own.',
    remedy: 'Post a transaction that puts it right. What payments posted, a refund undoes.',
  },
  transaction_already_reversed: {
    when: 'A transaction is reversed once. `reversal` names the one that did so.',
    remedy: 'Nothing: it is undone. Reversing twice would do it again.',
  },
  reference_reserved: {
    when: 'References beginning with `micro:` are those of payments.',
    remedy: 'Give yours another beginning.',
  },
  reference_conflict: {
    when: 'The reference stands for a transaction with other entries.',
    remedy: 'Look that one up (`?reference_id=`). If yours is another, it takes another reference.',
  },
  entries_too_few: {
    when: 'Money always comes from somewhere and goes somewhere.',
    remedy: 'Send at least one debit and one credit.',
  },
  entry_zero: {
    when: 'An entry of 0 moves nothing.',
    remedy: 'Leave it out.',
  },
  sign_direction_conflict: {
    when: 'The sign says one side and `direction` the other.',
    remedy: 'Send positive amounts with a `direction`, or signed ones without.',
  },
  transaction_unbalanced: {
    when: 'In each currency, credits and debits have to come to the same.',
    remedy: 'Look for a missing fee or a rounding: the message says by how much it is off.',
  },
  currency_mismatch: {
    when: 'An account has one currency, and the entry has another.',
    remedy: 'Use an account of that currency; an exchange is one transaction with entries in both, each summing to 0.',
  },
  condition_failed: {
    when: 'A `condition` of an entry does not hold with the balance as it is now.',
    remedy: 'Read the account again, decide again, and post under another reference.',
  },
  version_conflict: {
    when: 'The account has moved since you read it.',
    remedy: 'Read it again, decide again, and send the new `version`.',
  },
  cursor_ahead: {
    when: 'The cursor is beyond the end of the book, which happens when it was restored from a backup.',
    remedy: 'Read the feed again from a `seq` that you know to be the same, and compare.',
  },
  cursor_foreign: {
    when: 'The cursor belongs to another book or mode, or history is another than when you read it.',
    remedy: 'Begin with `after=0`. If the key is the right one, run `micro ledger verify`.',
  },
  period_closed: {
    when: '`effective_at` is within a period that was closed.',
    remedy: 'Choose a later time, and say in the description which day it is about.',
  },
  report_too_large: {
    when: 'The report covers too many accounts or too long a time for one answer.',
    remedy: 'Narrow it as the message says, or [export](guides/ledger-data.md) the book.',
  },
  sum_out_of_range: {
    when: 'An amount has up to 30 digits, what they add up to 38.',
    remedy: 'Look for minor units counted twice. Use an asset with fewer decimals.',
  },
  ledger_empty: {
    when: 'A checkpoint signs the head of the book, and there is none yet.',
    remedy: 'Post a transaction first.',
  },
  checkpoint_invalid: {
    when: 'What was sent is not a checkpoint that this installation signed for this book.',
    remedy: 'Send it whole, with a key of the same merchant and mode.',
  },
  verification_running: {
    when: 'One verification of a book runs at a time.',
    remedy: 'Wait for it to end, then ask again.',
  },
} as const satisfies Readonly<Record<string, Explanation>>
