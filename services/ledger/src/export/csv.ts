import { minorUnitDigits } from '@micro/kernel'
import { onNormalSide } from '../accounts/account.ts'
import type { TransactionRow } from './export.store.ts'

/** In the order of the cells. Amounts are whole numbers of the currency's smallest unit; `scale` says how many digits that is. */
const columns = [
  'seq',
  'transaction_id',
  'kind',
  'reference_id',
  'created',
  'effective',
  'booked',
  'account_id',
  'currency',
  'scale',
  'layer',
  'debit',
  'credit',
  'balance_after',
  'description',
] as const

// Spreadsheets take a cell that begins so for a formula, and what merchants' customers wrote is in some of them. With
// an apostrophe in front they show it as it is.
const formula = /^[\s\0]*[=+\-@＝＋－＠\t\r]/u
// Also behind what parts cells in other countries' spreadsheets, to which quotes are signs but at a cell's begin.
const behindSeparator = /([;\t|\r\n][\s\0"']*)([=+\-@＝＋－＠])/gu
const plainNumber = /^-?[0-9]+$/

const guarded = (text: string): string =>
  (formula.test(text) && !plainNumber.test(text) ? `'${text}` : text).replaceAll(behindSeparator, "$1'$2")

/** RFC 4180: quoted where it holds what would end it. */
export const cell = (text: string): string => {
  const safe = guarded(text)
  return /[",;\t|\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

export const csvHeader = columns.join(',')

/** A line for each entry of the transaction. */
export const csvLines = (row: TransactionRow): string[] =>
  row.accounts.map((account, leg) => {
    const currency = row.currencies[leg] ?? ''
    const amount = row.amounts[leg] ?? 0n
    const net = row.nets_after[leg] ?? 0n
    const cells = {
      seq: String(row.seq),
      transaction_id: row.id,
      kind: row.kind,
      reference_id: row.reference_id,
      created: row.created_at,
      effective: row.effective_at,
      booked: row.booked_at ?? '',
      account_id: account,
      currency,
      scale: String(row.scales[leg] ?? minorUnitDigits(currency)),
      layer: row.layers[leg] ?? '',
      debit: amount < 0n ? String(-amount) : '',
      credit: amount > 0n ? String(amount) : '',
      balance_after: String(onNormalSide(net, row.normal_balances[leg] ?? 'credit')),
      description: row.description ?? '',
    } satisfies Record<(typeof columns)[number], string>
    return columns.map((column) => cell(cells[column])).join(',')
  })
