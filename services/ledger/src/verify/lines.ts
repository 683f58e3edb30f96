import { problems } from './verify.ts'
import type { CountedFinding, Verification } from './verify.work.ts'

const counted = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`

const placeOf = ({ lane, book, seq, account }: CountedFinding): string =>
  [
    `lane ${lane}`,
    `book ${book}`,
    ...(seq === undefined ? [] : [`seq ${seq}`]),
    ...(account === undefined ? [] : [`account ${account}`]),
  ].join(', ')

/** What a verification found, for people: one line of counts, then one for each problem. */
export const linesOf = ({ books, transactions, entries, findings }: Verification): string[] => [
  `Ledger ${findings.length === 0 ? 'verified' : 'IS WRONG'}: ${counted(books, 'book')}, ${counted(transactions, 'transaction')}, ${counted(entries, 'entry', 'entries')}`,
  ...findings.map(
    (finding) =>
      `  ${problems[finding.problem]}: first at ${placeOf(finding)}, found ${counted(finding.found, 'time')}`,
  ),
]
