/** Ledger accounts, with their balances and limits. */
import Type, { type Static } from 'typebox'
import { Exact, IdParam, List, Metadata, Nullable, pageQuery, Text, Timestamp } from './common.ts'
import {
  AccountId,
  AccountStatus,
  AccountType,
  Amount,
  Currency,
  Direction,
  ExactNumber,
  Scale,
} from './ledger-parts.ts'
import { route } from './route.ts'

export const LedgerAccount = Type.Object({
  id: Type.String(),
  object: Type.Literal('ledger.account'),
  name: Type.String(),
  type: AccountType,
  normal_balance: Direction,
  currency: Type.String(),
  scale: Scale,
  status: AccountStatus,
  balance: ExactNumber,
  balance_str: Type.String({ description: 'On the normal side: an asset debited 100 shows 100.' }),
  net: ExactNumber,
  net_str: Type.String({ description: 'Credits minus debits.' }),
  pending: Type.Object(
    {
      balance: ExactNumber,
      balance_str: Type.String({ description: 'The balance if everything held were captured.' }),
      pending_in: ExactNumber,
      pending_in_str: Type.String({ description: 'What holds would add to the balance.' }),
      pending_out: ExactNumber,
      pending_out_str: Type.String({ description: 'What holds would take from the balance.' }),
      available: ExactNumber,
      available_str: Type.String({ description: 'The balance less what holds would take from it.' }),
    },
    { description: 'With what holds set aside, on the normal side.' },
  ),
  min_available: ExactNumber,
  min_available_str: Nullable(Type.String({ description: 'What must stay available; null when it has no limit.' })),
  max_balance: ExactNumber,
  max_balance_str: Nullable(Type.String({ description: 'What the balance may reach; null when it has no limit.' })),
  credits_str: Type.String(),
  debits_str: Type.String(),
  version: Type.Integer({ description: 'How many entries the account has.' }),
  system: Type.Boolean({ description: "True for Micro's own accounts (sys_...)." }),
  metadata: Metadata,
  livemode: Type.Boolean(),
  created: Timestamp,
})
export type LedgerAccount = Static<typeof LedgerAccount>

const limits = {
  min_available: Type.Optional(
    Nullable(Amount, {
      description: 'No transaction takes more than leaves this, on the normal side. Null: no limit.',
    }),
  ),
  max_balance: Type.Optional(
    Nullable(Amount, {
      description: 'No transaction lifts the balance over this, on the normal side. Null: no limit.',
    }),
  ),
}

const NewAccount = Exact({
  id: Type.Optional(AccountId),
  name: Text(255, 1),
  type: AccountType,
  currency: Type.Optional(Currency),
  ...limits,
  metadata: Type.Optional(Metadata),
})

const AccountChange = Exact({
  name: Type.Optional(Text(255, 1)),
  status: Type.Optional(AccountStatus),
  ...limits,
  metadata: Type.Optional(Metadata),
  if_version: Type.Optional(
    Type.Integer({ minimum: 0, description: 'Change it only if it has this many entries: see version.' }),
  ),
})

export const accountRoutes = {
  createLedgerAccount: route({
    method: 'POST',
    path: '/ledger/accounts',
    service: 'ledger',
    access: ['secret_key'],
    scope: 'ledger:write',
    status: 201,
    summary: 'Create a ledger account. The same id with the same attributes again answers 200.',
    body: NewAccount,
    response: LedgerAccount,
    faults: ['account_exists', 'account_reserved', 'currency_unsupported', 'limit_refused'],
  }),
  updateLedgerAccount: route({
    method: 'POST',
    path: '/ledger/accounts/:id',
    service: 'ledger',
    access: ['secret_key'],
    scope: 'ledger:write',
    status: 200,
    summary:
      'Change name, limits, metadata or status. Metadata keys are merged, an empty value removes one; closing takes a balance of 0 and is final.',
    params: IdParam,
    body: AccountChange,
    response: LedgerAccount,
    faults: [
      'resource_missing',
      'account_reserved',
      'account_closed',
      'account_not_empty',
      'limit_refused',
      'version_conflict',
    ],
  }),
  retrieveLedgerAccount: route({
    method: 'GET',
    path: '/ledger/accounts/:id',
    service: 'ledger',
    access: ['secret_key'],
    scope: 'ledger:read',
    status: 200,
    summary: 'Retrieve a ledger account with its balance.',
    params: IdParam,
    response: LedgerAccount,
    faults: ['resource_missing'],
  }),
  listLedgerAccounts: route({
    method: 'GET',
    path: '/ledger/accounts',
    service: 'ledger',
    access: ['secret_key'],
    scope: 'ledger:read',
    status: 200,
    summary: 'List ledger accounts, newest first; filter by type, currency, status, id_prefix and metadata.',
    query: Exact({
      ...pageQuery,
      type: Type.Optional(AccountType),
      currency: Type.Optional(Currency),
      status: Type.Optional(AccountStatus),
      id_prefix: Type.Optional(AccountId),
      metadata: Type.Optional(Metadata),
    }),
    response: List(LedgerAccount),
  }),
} as const
