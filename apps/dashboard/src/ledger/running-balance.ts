import type { Direction, LedgerStatementLine } from '@micro/contracts'

/** What an account had before a line of its statement, on its normal side: what it has after it, less what the line did. */
export const balanceBefore = (
  { balance_after_str, amount_str }: Pick<LedgerStatementLine, 'balance_after_str' | 'amount_str'>,
  normal: Direction,
): bigint => BigInt(balance_after_str) - (normal === 'credit' ? BigInt(amount_str) : -BigInt(amount_str))
