/** Holds: money that is set aside, then captured or given back. */
import Type, { type Static } from 'typebox'
import { Exact, IdParam, List, Metadata, Nullable, pageQuery, TimeFilter, Timestamp } from './common.ts'
import { AccountId, Amount, Direction, ExactNumber, Reference, secondsMax } from './ledger-parts.ts'
import {
  dryRun,
  HoldStatus,
  LedgerTransaction,
  NewEntry,
  newTransaction,
  newTransactionFaults,
  optionalWords,
  referenceFaults,
} from './ledger-transactions.ts'
import { route } from './route.ts'

const HeldEntry = Type.Object({
  account_id: Type.String(),
  currency: Type.String(),
  direction: Direction,
  amount: ExactNumber,
  amount_str: Type.String({ description: 'What was held. Signed: credit +, debit −.' }),
  captured: ExactNumber,
  captured_str: Type.String({ description: 'What of it was posted.' }),
  remaining: ExactNumber,
  remaining_str: Type.String({ description: 'What of it is held now.' }),
})

export const LedgerHold = Type.Object({
  id: Type.String(),
  object: Type.Literal('ledger.hold'),
  transaction: Type.String({ description: 'The ledger transaction that made it.' }),
  reference_id: Type.String(),
  description: Nullable(Type.String()),
  currency: Nullable(Type.String({ description: 'Null when the entries are in several currencies.' })),
  status: Type.Union([...HoldStatus.anyOf, Type.Literal('dry_run')], {
    description: 'dry_run: nothing was recorded, this is what would be held.',
  }),
  entries: Type.Array(HeldEntry),
  transactions: Type.Array(Type.String(), { description: 'What captured it or gave it back, oldest first.' }),
  expires_at: Nullable(Type.Integer({ description: 'When what is left is given back. Null: never of itself.' })),
  metadata: Metadata,
  livemode: Type.Boolean(),
  created: Timestamp,
})
export type LedgerHold = Static<typeof LedgerHold>

const CapturedEntry = Exact({ account_id: AccountId, amount: Amount, direction: Type.Optional(Direction) })

const endings = ['resource_missing', 'hold_captured', 'hold_released', 'hold_expired'] as const

export const holdRoutes = {
  createLedgerHold: route({
    method: 'POST',
    path: '/ledger/holds',
    service: 'ledger',
    access: ['secret_key'],
    scope: 'ledger:write',
    status: 201,
    summary:
      'Set money aside: the entries count against the limits of their accounts until they are captured or given back. The same reference_id with the same content again answers 200.',
    body: Exact({
      ...optionalWords,
      reference_id: Reference,
      entries: Type.Array(NewEntry, { minItems: 1, maxItems: 100, description: 'Each account at most once.' }),
      expires_at: Type.Optional(
        Type.Integer({
          minimum: 0,
          maximum: secondsMax,
          description: 'When what is left is given back, within 366 days. Default: never of itself.',
        }),
      ),
      expires_in: Type.Optional(
        Type.Integer({ minimum: 1, maximum: 31_622_400, description: 'The same, in seconds from now.' }),
      ),
      dry_run: dryRun,
    }),
    response: LedgerHold,
    faults: newTransactionFaults,
  }),
  retrieveLedgerHold: route({
    method: 'GET',
    path: '/ledger/holds/:id',
    service: 'ledger',
    access: ['secret_key'],
    scope: 'ledger:read',
    status: 200,
    summary: 'Retrieve a hold with what became of it.',
    params: IdParam,
    response: LedgerHold,
    faults: ['resource_missing'],
  }),
  listLedgerHolds: route({
    method: 'GET',
    path: '/ledger/holds',
    service: 'ledger',
    access: ['secret_key'],
    scope: 'ledger:read',
    status: 200,
    summary: 'List holds, newest first; filter by status, account_id and created.',
    query: Exact({
      ...pageQuery,
      status: Type.Optional(HoldStatus),
      account_id: Type.Optional(AccountId),
      created: Type.Optional(TimeFilter),
    }),
    response: List(LedgerHold),
  }),
  captureLedgerHold: route({
    method: 'POST',
    path: '/ledger/holds/:id/capture',
    service: 'ledger',
    access: ['secret_key'],
    scope: 'ledger:write',
    status: 201,
    summary:
      'Post what is held: all that is left, an amount, or entries. Several captures of one hold take a reference_id each.',
    params: IdParam,
    body: Exact({
      ...optionalWords,
      amount: Type.Optional(Amount),
      entries: Type.Optional(Type.Array(CapturedEntry, { minItems: 1, maxItems: 100 })),
      final: Type.Optional(Type.Boolean({ description: 'Give back the rest in the same transaction.' })),
      effective_at: newTransaction.effective_at,
      dry_run: dryRun,
    }),
    response: LedgerTransaction,
    faults: [
      ...endings,
      'hold_exceeded',
      'hold_captures_too_many',
      'entries_too_few',
      'entry_zero',
      'sign_direction_conflict',
      'transaction_unbalanced',
      'account_frozen',
      'period_closed',
      ...referenceFaults,
    ],
  }),
  releaseLedgerHold: route({
    method: 'POST',
    path: '/ledger/holds/:id/release',
    service: 'ledger',
    access: ['secret_key'],
    scope: 'ledger:write',
    status: 201,
    summary: 'Give back what is left of a hold.',
    params: IdParam,
    body: Exact({ ...optionalWords, dry_run: dryRun }),
    response: LedgerTransaction,
    faults: [...endings, ...referenceFaults],
  }),
} as const
