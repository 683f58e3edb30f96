import type { LedgerVerification, LedgerVerificationProgress } from '@micro/contracts'

const counted = (count: number, one: string, many: string): string =>
  `${count.toLocaleString()} ${count === 1 ? one : many}`

const transactions = (count: number): string => counted(count, 'transaction', 'transactions')

/** What a verification found, in plain words. */
export interface Verdict {
  readonly tone: 'good' | 'bad' | 'calm'
  readonly title: string
  readonly text: string
}

/** How far a verification has come: first the transactions, then what accounts say, then what was signed. */
export const progressText = ({ checked, of, entries, accounts }: LedgerVerificationProgress): string =>
  checked < of
    ? `${checked.toLocaleString()} of ${transactions(of)} derived anew`
    : `${counted(entries, 'entry', 'entries')} added up, ${counted(accounts, 'account', 'accounts')} compared`

/** The part of the transactions that is done, for a bar: 0 to 1. */
export const partDone = ({ checked, of }: Pick<LedgerVerificationProgress, 'checked' | 'of'>): number =>
  of === 0 ? 1 : checked / of

export const verdictOf = (found: LedgerVerification): Verdict => {
  const { status, checked, entries, accounts, checkpoints, first_bad_seq } = found
  if (status === 'wrong')
    return {
      tone: 'bad',
      title: 'This ledger is not what was recorded',
      text: `${first_bad_seq === null ? '' : `The first transaction with which something is wrong is no. ${first_bad_seq}. `}Keep a copy of the database as it is, and show this to whoever runs the installation: a backup from before it happened has the ledger as it was.`,
    }
  if (checked === 0)
    return { tone: 'calm', title: 'There is nothing to verify yet', text: 'The ledger has no transaction so far.' }
  const signed =
    checkpoints === 0
      ? ''
      : ` The history is the one of which ${counted(checkpoints, 'checkpoint was', 'checkpoints were')} signed.`
  return {
    tone: 'good',
    title: 'This ledger is sound',
    text: `${transactions(checked)} balanced, each linked to the one before by its hash; ${counted(entries, 'entry adds', 'entries add')} up to what ${counted(accounts, 'account says', 'accounts say')}.${signed}`,
  }
}
