/** Ledger transactions, as they are asked for and as they are recorded. */
import Type, { type Static } from 'typebox'
import { Exact, Metadata, Nullable, Text, Timestamp } from './common.ts'
import { AccountId, Amount, ExactNumber, Reference } from './ledger-parts.ts'

export const Direction = Type.Union([Type.Literal('debit'), Type.Literal('credit')])
export type Direction = Static<typeof Direction>

/** Holds lie on `pending` until they are captured or given back. */
export const Layer = Type.Union([Type.Literal('posted'), Type.Literal('pending')])
export type Layer = Static<typeof Layer>

export const TransactionKind = Type.Union([
  Type.Literal('post'),
  Type.Literal('hold'),
  Type.Literal('capture'),
  Type.Literal('release'),
  Type.Literal('expire'),
  Type.Literal('reversal'),
])
export type TransactionKind = Static<typeof TransactionKind>

export const HoldStatus = Type.Union([
  Type.Literal('open'),
  Type.Literal('captured'),
  Type.Literal('released'),
  Type.Literal('expired'),
])
export type HoldStatus = Static<typeof HoldStatus>

export const LedgerEntry = Type.Object({
  id: Type.String(),
  account_id: Type.String(),
  currency: Type.String(),
  amount: ExactNumber,
  amount_str: Type.String({ description: 'Signed: credit +, debit −.' }),
  direction: Direction,
  value_str: Type.String({ description: 'Unsigned.' }),
  layer: Layer,
  balance_after: ExactNumber,
  balance_after_str: Type.String({
    description: "The account's balance on the entry's layer after this entry, on its normal side.",
  }),
})

export const LedgerTransaction = Type.Object({
  id: Type.String(),
  object: Type.Literal('ledger.transaction'),
  kind: TransactionKind,
  hold: Nullable(Type.String({ description: 'The hold it made, captures or gives back.' })),
  reverses: Nullable(Type.String({ description: 'The transaction that it is the opposite of.' })),
  reversed_by: Nullable(Type.String({ description: 'The transaction that is its opposite.' })),
  reference_id: Type.String(),
  description: Nullable(Type.String()),
  currency: Nullable(Type.String({ description: 'Null when the entries are in several currencies.' })),
  entries: Type.Array(LedgerEntry),
  status: Type.Union([Type.Literal('recorded'), Type.Literal('dry_run')], {
    description: 'dry_run: nothing was recorded, this is what would have been.',
  }),
  seq: Type.Integer({ description: "Position in the merchant's book, from 1, without gaps." }),
  hash: Type.String({ description: "SHA-256 over this transaction and the hash before it in the merchant's book." }),
  metadata: Metadata,
  livemode: Type.Boolean(),
  effective_at: Type.Integer({ description: 'When it took effect, in seconds since the Unix epoch.' }),
  created: Timestamp,
})
export type LedgerTransaction = Static<typeof LedgerTransaction>

const EntryCondition = Exact({
  available: Type.Optional(
    Exact(
      { gte: Type.Optional(Amount), lte: Type.Optional(Amount) },
      { description: 'Bounds of what the account has available after the transaction, on its normal side.' },
    ),
  ),
  version: Type.Optional(
    Type.Integer({ minimum: 0, description: 'How many entries the account has before the transaction.' }),
  ),
})
export type EntryCondition = Static<typeof EntryCondition>

export const NewEntry = Exact({
  account_id: AccountId,
  amount: Amount,
  direction: Type.Optional(Direction),
  condition: Type.Optional(EntryCondition),
})
export type NewEntry = Static<typeof NewEntry>

/** The members of a transaction to be recorded. */
export const newTransaction = {
  reference_id: Reference,
  description: Type.Optional(Text(1000)),
  entries: Type.Array(NewEntry, { minItems: 1, maxItems: 1000 }),
  metadata: Type.Optional(Metadata),
  effective_at: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: 253_402_300_799,
      description: 'When it took or takes effect, in seconds since the Unix epoch, up to the year 9999. Default: now.',
    }),
  ),
}
