import type { LedgerStatement, LedgerStatementLine } from '@micro/contracts'
import { createColumns } from '../../shell/columns.ts'
import { printable, type Terminal } from '../../shell/terminal.ts'
import { amountOf, decimalOf } from '../money.ts'
import { isoSecond, stamp } from '../times.ts'
import { csvLine } from './csv.ts'

/** Takes a statement as it comes: its head, its lines some at a time, and its end. */
export interface Writer {
  begin(statement: LedgerStatement): void
  lines(lines: readonly LedgerStatementLine[], statement: LedgerStatement): void
  end(statement: LedgerStatement): void
}

const timeOf = (line: LedgerStatementLine, { order }: LedgerStatement): number =>
  order === 'recorded' ? line.created : line.effective_at

/** For people. */
export const drawn = (terminal: Terminal): Writer => {
  const columns = createColumns(terminal, [
    { heading: 'DATE (UTC)' },
    { heading: 'REFERENCE', cut: true },
    { heading: 'DESCRIPTION', cut: true },
    { heading: 'DEBIT', right: true },
    { heading: 'CREDIT', right: true },
    { heading: 'BALANCE', right: true },
  ])
  const amount = (digits: string, { scale }: LedgerStatement) => amountOf(BigInt(digits), scale)
  const plain = (name: string, digits: string, statement: LedgerStatement) => [
    ['', name, '', '', '', amount(digits, statement)],
  ]
  const rowOf = (line: LedgerStatementLine, statement: LedgerStatement): string[] => {
    const value = amount(line.value_str, statement)
    return [
      stamp(timeOf(line, statement)),
      printable(line.reference_id),
      printable(line.description ?? ''),
      ...(line.direction === 'debit' ? [value, ''] : ['', value]),
      amount(line.balance_after_str, statement),
    ]
  }
  let opening: string[][] = []
  return {
    begin(statement) {
      const held = statement.layer === 'pending' ? ', what holds set aside' : ''
      terminal.out(terminal.paint('bold', `${statement.account_id} in ${statement.currency.toUpperCase()}${held}`))
      opening = plain('Opening balance', statement.opening_balance_str, statement)
    },
    lines(lines, statement) {
      // Together with the first lines, whose widths it shares.
      columns.print([...opening, ...lines.map((line) => rowOf(line, statement))])
      opening = []
    },
    end: (statement) => columns.print(plain('Closing balance', statement.closing_balance_str, statement)),
  }
}

/** For spreadsheets. */
export const asCsv = (terminal: Terminal): Writer => ({
  begin() {
    terminal.out('seq,recorded,effective,transaction_id,reference_id,description,currency,debit,credit,balance_after')
  },
  lines(lines, { currency, scale }) {
    for (const line of lines) {
      const value = decimalOf(BigInt(line.value_str), scale)
      const [debit, credit] = line.direction === 'debit' ? [value, ''] : ['', value]
      const times = [isoSecond(line.created), isoSecond(line.effective_at)]
      const what = [line.transaction_id, line.reference_id, line.description ?? '', currency]
      const after = decimalOf(BigInt(line.balance_after_str), scale)
      terminal.out(csvLine([String(line.seq), ...times, ...what, debit, credit, after]))
    }
  },
  end() {},
})

/** One JSON object, written as its lines come. */
export const asJson = (terminal: Terminal): Writer => {
  let first = true
  return {
    begin({ data: _data, has_more: _more, url: _url, ...head }) {
      terminal.out(`${JSON.stringify(head, null, 2).slice(0, -2)},\n  "data": [`)
    },
    lines(lines) {
      for (const line of lines) {
        terminal.out(`   ${first ? ' ' : ','}${JSON.stringify(line)}`)
        first = false
      }
    },
    end: () => terminal.out('  ]\n}'),
  }
}
