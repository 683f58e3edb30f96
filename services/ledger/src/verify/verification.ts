import type { LedgerVerification, LedgerVerificationProgress, Mode } from '@micro/contracts'
import { problems } from './verify.ts'
import type { CountedFinding } from './verify.work.ts'
import type { Walked } from './walk.ts'

const problemToWire = ({ problem, seq, account, found }: CountedFinding) => ({
  code: problem,
  message: `${problems[problem]}.`,
  seq: seq === undefined ? null : Number(seq),
  account_id: account ?? null,
  found,
})

const firstBadSeq = (findings: readonly CountedFinding[]): number | null => {
  const seqs = findings.flatMap(({ seq }) => (seq === undefined ? [] : [Number(seq)]))
  return seqs.length === 0 ? null : Math.min(...seqs)
}

const countsOf = ({ place, entries, accounts, checkpoints }: Walked, { of, mode }: { of: bigint; mode: Mode }) => ({
  checked: Number(place.seq),
  of: Number(of),
  entries,
  accounts,
  checkpoints,
  livemode: mode === 'live',
})

/** A line of a verification under way. */
export const progressToWire = (
  walked: Walked,
  book: { readonly of: bigint; readonly mode: Mode },
): LedgerVerificationProgress => ({
  object: 'ledger.verification_progress',
  ...countsOf(walked, book),
  first_bad_seq: firstBadSeq(walked.findings),
})

export const verificationToWire = (
  walked: Walked,
  book: { readonly of: bigint; readonly mode: Mode },
): LedgerVerification => ({
  object: 'ledger.verification',
  status: walked.findings.length === 0 ? 'sound' : 'wrong',
  ...countsOf(walked, book),
  hash: walked.place.hash?.toString('hex') ?? null,
  first_bad_seq: firstBadSeq(walked.findings),
  problems: walked.findings.map(problemToWire),
})
