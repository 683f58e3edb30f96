import Type, { type Static, type TProperties } from 'typebox'
import { Exact, Metadata, Mode, Nullable } from './common.ts'
import { Layer, TransactionKind } from './ledger-transactions.ts'
import { route } from './route.ts'

// What an export is made of, line by line. An import takes exactly this, so each object is exact: a member that an older
// Micro does not know is refused, never dropped. A change of any of it gets another `version`.

const Digits = Type.String({ pattern: '^(0|-?[1-9][0-9]*)$', maxLength: 40 })
const Hex = (bytes: number) => Type.String({ pattern: `^[0-9a-f]{${bytes * 2}}$` })
const Seq = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })
/** To the microsecond, in UTC. */
const Instant = Type.String({ pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{6}Z$' })
const Words = Type.String({ maxLength: 1000 })

const line = <P extends TProperties, const O extends string>(object: O, properties: P) =>
  Exact({ object: Type.Literal(object), ...properties })

export const ExportHeader = line('ledger.export', {
  version: Type.Literal(1),
  merchant: Type.String({ minLength: 1, maxLength: 255 }),
  mode: Mode,
  created_at: Instant,
  /** Of which merchant and mode the chain's first hash speaks: another than the book's after an import. */
  origin: Exact({ merchant: Type.String({ minLength: 1, maxLength: 255 }), mode: Mode }),
  from_seq: Seq,
  to_seq: Seq,
  /** The hash the first transaction follows, and the last one's. */
  hash_before: Hex(32),
  hash: Hex(32),
})
export type ExportHeader = Static<typeof ExportHeader>

export const ExportAsset = line('ledger.export.asset', {
  code: Type.String({ maxLength: 20 }),
  name: Type.String({ minLength: 1, maxLength: 255 }),
  scale: Type.Integer({ minimum: 0, maximum: 18 }),
  created_at: Instant,
})
export type ExportAsset = Static<typeof ExportAsset>

export const ExportAccount = line('ledger.export.account', {
  id: Type.String({ minLength: 1, maxLength: 128 }),
  name: Type.String({ minLength: 1, maxLength: 255 }),
  type: Type.String(),
  currency: Type.String({ maxLength: 20 }),
  asset_scale: Nullable(Type.Integer({ minimum: 0, maximum: 18 })),
  status: Type.String(),
  min_available: Nullable(Digits),
  max_balance: Nullable(Digits),
  metadata: Metadata,
  created_at: Instant,
  /** As of the export's last seq: credits minus debits, posted and pending, and how many entries it has. */
  net: Digits,
  net_pending: Digits,
  entries: Seq,
})
export type ExportAccount = Static<typeof ExportAccount>

const ExportEntry = Exact({
  account_id: Type.String({ minLength: 1, maxLength: 128 }),
  layer: Layer,
  amount: Digits,
  /** Of the account on the entry's layer. */
  net_after: Digits,
  account_version: Seq,
})

export const ExportTransaction = line('ledger.export.transaction', {
  seq: Seq,
  id: Type.String({ minLength: 5, maxLength: 128 }),
  kind: TransactionKind,
  /** The seq of the hold or of the reversed transaction. */
  parent: Nullable(Seq),
  expires_at: Nullable(Instant),
  reference_id: Type.String({ minLength: 1, maxLength: 255 }),
  description: Nullable(Words),
  currency: Nullable(Type.String({ maxLength: 20 })),
  metadata: Metadata,
  created_at: Instant,
  effective_at: Instant,
  /** When it counts, where its time was closed by then. */
  booked_at: Nullable(Instant),
  entries: Type.Array(ExportEntry, { minItems: 2, maxItems: 1000 }),
  /** What a repeat of the request is told by; the rest is the book's chain. */
  fingerprint: Hex(32),
  text_salt: Nullable(Hex(16)),
  /** Where description and metadata were erased: what the chain covers in their place, and when, why and by whom. */
  erasure: Nullable(
    Exact({
      text_digest: Hex(32),
      reason: Type.String({ minLength: 1, maxLength: 500 }),
      erased_by: Nullable(Type.String({ minLength: 1, maxLength: 255 })),
      request_id: Type.String({ minLength: 1, maxLength: 255 }),
      erased_at: Instant,
    }),
  ),
  content_hash: Hex(32),
  hash: Hex(32),
})
export type ExportTransaction = Static<typeof ExportTransaction>

/** Stands behind the transaction it was closed at, and before all others where there was none. */
export const ExportPeriod = line('ledger.export.period', {
  id: Type.String({ minLength: 6, maxLength: 128 }),
  number: Type.Integer({ minimum: 1, maximum: 2_147_483_647 }),
  /** Everything that counts before this is closed. */
  closed_before: Instant,
  seq: Seq,
  hash: Nullable(Hex(32)),
  description: Nullable(Words),
  created_at: Instant,
  totals: Type.Array(
    Exact({ currency: Type.String({ maxLength: 20 }), type: Type.String(), debits: Digits, credits: Digits }),
  ),
})
export type ExportPeriod = Static<typeof ExportPeriod>

export const ExportEnd = line('ledger.export.end', {
  assets: Seq,
  accounts: Seq,
  transactions: Seq,
  periods: Seq,
  entries: Seq,
  to_seq: Seq,
  hash: Hex(32),
  /** SHA-256 of every byte before this line. */
  sha256: Hex(32),
})
export type ExportEnd = Static<typeof ExportEnd>

export const ExportLine = Type.Union([
  ExportHeader,
  ExportAsset,
  ExportAccount,
  ExportTransaction,
  ExportPeriod,
  ExportEnd,
])
export type ExportLine = Static<typeof ExportLine>

export const exportRoutes = {
  exportLedger: route({
    method: 'GET',
    path: '/ledger/export',
    service: 'ledger',
    access: ['secret_key'],
    scope: 'ledger:read',
    status: 200,
    summary:
      'Export the whole book as of one seq. NDJSON holds everything an import needs, and its last line says that it is whole; CSV has a line per entry, for spreadsheets.',
    query: Exact({
      format: Type.Optional(Type.Union([Type.Literal('ndjson'), Type.Literal('csv')])),
      from_seq: Type.Optional(
        Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER, description: 'The first seq. Default: 1.' }),
      ),
      to_seq: Type.Optional(
        Type.Integer({
          minimum: 1,
          maximum: Number.MAX_SAFE_INTEGER,
          description: 'The last seq. Default: the newest.',
        }),
      ),
    }),
    response: ExportLine,
    stream: { formats: ['ndjson', 'csv'], line: ExportLine, end: 'ledger.export.end', always: true },
    faults: ['stream_limit'],
  }),
} as const
