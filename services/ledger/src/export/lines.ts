import type { ExportAccount, ExportAsset, ExportHeader, ExportPeriod, ExportTransaction } from '@micro/contracts'
import { assert } from '@micro/kernel'
import { onNormalSide } from '../accounts/account.ts'
import type { BookKey } from '../books/book.ts'
import type { AccountRow, AssetRow, BookRow, TransactionRow } from './export.store.ts'
import type { PeriodRow } from './period.store.ts'

const hex = (bytes: Buffer): string => bytes.toString('hex')
const digits = (value: bigint | null): string | null => (value === null ? null : String(value))

/** What is exported: all of a book from one seq to another, both included. */
export interface Extent {
  readonly from: bigint
  readonly to: bigint
  readonly hashBefore: Buffer
  readonly hash: Buffer
}

export const headerLine = ({ merchant, mode }: BookKey, row: BookRow, extent: Extent): ExportHeader => ({
  object: 'ledger.export',
  version: 1,
  merchant,
  mode,
  created_at: row.created_at,
  origin: { merchant: row.origin_merchant, mode: row.origin_mode },
  from_seq: Number(extent.from),
  to_seq: Number(extent.to),
  hash_before: hex(extent.hashBefore),
  hash: hex(extent.hash),
})

export const assetLine = ({ code, name, scale, created_at }: AssetRow): ExportAsset => ({
  object: 'ledger.export.asset',
  code,
  name,
  scale,
  created_at,
})

/**
 * An account as of the export's last seq. A limit or a closing that its balance then does not fit came later, and is
 * left out.
 */
export const accountLine = (row: AccountRow): ExportAccount => {
  const { min_available: min, max_balance: max, pending_credits: credits, pending_debits: debits, moved } = row
  const balance = onNormalSide(row.net, row.normal_balance)
  const [lifting, lowering] = row.normal_balance === 'credit' ? [credits, debits] : [debits, credits]
  const isEmpty = balance === 0n && lifting === 0n && lowering === 0n
  return {
    object: 'ledger.export.account',
    id: row.public_id,
    name: row.name,
    type: row.type,
    currency: row.currency,
    asset_scale: row.asset_scale,
    status: moved && row.status === 'closed' && !isEmpty ? 'active' : row.status,
    min_available: moved && min !== null && balance - lowering < min ? null : digits(min),
    max_balance: moved && max !== null && balance + lifting > max ? null : digits(max),
    metadata: row.metadata,
    created_at: row.created_at,
    net: String(row.net),
    net_pending: String(row.net_pending),
    entries: Number(row.entries),
  }
}

const at = <T>(list: readonly T[], index: number): T => {
  const value = list[index]
  assert(value !== undefined, 'an entry lacks a member')
  return value
}

const erasureOf = ({ text_digest, reason, erased_by, request_id, erased_at }: TransactionRow) =>
  text_digest === null || reason === null || request_id === null || erased_at === null
    ? null
    : { text_digest: hex(text_digest), reason, erased_by, request_id, erased_at }

export const transactionLine = (row: TransactionRow): ExportTransaction => ({
  object: 'ledger.export.transaction',
  seq: Number(row.seq),
  id: row.id,
  kind: row.kind,
  parent: row.parent === null ? null : Number(row.parent),
  expires_at: row.expires_at,
  reference_id: row.reference_id,
  description: row.description,
  currency: row.currency,
  metadata: row.metadata,
  created_at: row.created_at,
  effective_at: row.effective_at,
  booked_at: row.booked_at,
  entries: row.accounts.map((account, leg) => ({
    account_id: account,
    layer: at(row.layers, leg),
    amount: String(at(row.amounts, leg)),
    net_after: String(at(row.nets_after, leg)),
    account_version: Number(at(row.account_versions, leg)),
  })),
  fingerprint: hex(row.fingerprint),
  text_salt: row.text_salt === null ? null : hex(row.text_salt),
  erasure: erasureOf(row),
  content_hash: hex(row.content_hash),
  hash: hex(row.hash),
})

export const periodLine = (row: PeriodRow): ExportPeriod => ({
  object: 'ledger.export.period',
  id: row.id,
  number: row.number,
  closed_before: row.closed_before,
  seq: Number(row.seq),
  hash: row.hash === null ? null : hex(row.hash),
  description: row.description,
  created_at: row.created_at,
  totals: row.currencies.map((currency, nth) => ({
    currency,
    type: at(row.types, nth),
    debits: String(at(row.debits, nth)),
    credits: String(at(row.credits, nth)),
  })),
})
