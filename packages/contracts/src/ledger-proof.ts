/** What proves a ledger: signed checkpoints, and its verification. */
import Type, { type Static } from 'typebox'
import { Exact, IdParam, List, Nullable, pageQuery, Text, Timestamp } from './common.ts'
import { route } from './route.ts'

export const LedgerCheckpoint = Type.Object({
  id: Type.String(),
  object: Type.Literal('ledger.checkpoint'),
  seq: Type.Integer({ description: 'The newest transaction of the book when it was made.' }),
  hash: Type.String({ description: 'The hash of that transaction, which covers it and everything before it.' }),
  recorded_at: Type.Integer({ description: 'When that transaction was recorded, in seconds since the Unix epoch.' }),
  key_id: Type.String({ description: 'The key that signed it; see /ledger/checkpoints/keys.' }),
  token: Type.String({
    description:
      'All of this signed, as a compact JWS with EdDSA (Ed25519). Keep it elsewhere: it tells later whether anything up to seq was changed.',
  }),
  automatic: Type.Boolean({ description: 'True when Micro made it by itself.' }),
  livemode: Type.Boolean(),
  created: Timestamp,
})
export type LedgerCheckpoint = Static<typeof LedgerCheckpoint>

const PublicKey = Type.Object({
  kid: Type.String(),
  kty: Type.Literal('OKP'),
  crv: Type.Literal('Ed25519'),
  x: Type.String(),
  alg: Type.Literal('EdDSA'),
  use: Type.Literal('sig'),
})

const VerificationProblem = Type.Object({
  code: Type.String({ description: 'What is wrong, as one word.' }),
  message: Type.String(),
  seq: Nullable(Type.Integer({ description: 'The first transaction it was found at; null when it is of no one.' })),
  account_id: Nullable(Type.String()),
  found: Type.Integer({ description: 'How often it was found.' }),
})

const walked = {
  checked: Type.Integer({ description: 'Transactions derived anew so far.' }),
  of: Type.Integer({ description: 'Transactions the book had when the verification began.' }),
  entries: Type.Integer({ description: 'Entries added up so far, account by account, after the transactions.' }),
  accounts: Type.Integer({ description: 'Accounts compared with the sum of their entries so far.' }),
  checkpoints: Type.Integer({ description: 'Checkpoints compared with the history so far.' }),
  first_bad_seq: Nullable(Type.Integer({ description: 'The first transaction with which something is wrong.' })),
  livemode: Type.Boolean(),
}

/** A line of a verification under way. */
export const LedgerVerificationProgress = Type.Object({
  object: Type.Literal('ledger.verification_progress'),
  ...walked,
})
export type LedgerVerificationProgress = Static<typeof LedgerVerificationProgress>

export const LedgerVerification = Type.Object({
  object: Type.Literal('ledger.verification'),
  status: Type.Union([Type.Literal('sound'), Type.Literal('wrong')], {
    description: 'wrong: problems says what is.',
  }),
  ...walked,
  hash: Nullable(Type.String({ description: 'The hash of the newest transaction checked; null without one.' })),
  problems: Type.Array(VerificationProblem, { description: 'The first place of each kind of problem.' }),
})
export type LedgerVerification = Static<typeof LedgerVerification>

export const proofRoutes = {
  createLedgerCheckpoint: route({
    method: 'POST',
    path: '/ledger/checkpoints',
    service: 'ledger',
    access: ['secret_key'],
    scope: 'ledger:write',
    status: 201,
    summary: 'Sign the newest transaction of the book, and with it everything before. The same again answers 200.',
    body: Exact({}),
    response: LedgerCheckpoint,
    faults: ['ledger_empty'],
  }),
  listLedgerCheckpoints: route({
    method: 'GET',
    path: '/ledger/checkpoints',
    service: 'ledger',
    access: ['secret_key'],
    scope: 'ledger:read',
    status: 200,
    summary: 'List checkpoints, newest first.',
    query: Exact(pageQuery),
    response: List(LedgerCheckpoint),
  }),
  retrieveLedgerCheckpointKeys: route({
    method: 'GET',
    path: '/ledger/checkpoints/keys',
    service: 'ledger',
    access: ['secret_key'],
    scope: 'ledger:read',
    status: 200,
    summary: 'Retrieve the public keys that check the signature of a checkpoint, as a JSON Web Key Set.',
    response: Type.Object({ object: Type.Literal('ledger.checkpoint_keys'), keys: Type.Array(PublicKey) }),
  }),
  retrieveLedgerCheckpoint: route({
    method: 'GET',
    path: '/ledger/checkpoints/:id',
    service: 'ledger',
    access: ['secret_key'],
    scope: 'ledger:read',
    status: 200,
    summary: 'Retrieve a checkpoint.',
    params: IdParam,
    response: LedgerCheckpoint,
    faults: ['resource_missing'],
  }),
  verifyLedger: route({
    method: 'GET',
    path: '/ledger/verify',
    service: 'ledger',
    access: ['secret_key'],
    scope: 'ledger:read',
    status: 200,
    summary:
      'Derive the whole ledger anew, compare with what it says, and name what is wrong; as NDJSON with progress.',
    query: Exact({
      checkpoint: Type.Optional(
        Text(2_048, 1, { description: 'The token of a checkpoint you kept: the history up to it must be the same.' }),
      ),
    }),
    response: LedgerVerification,
    stream: {
      formats: ['ndjson'],
      line: Type.Union([LedgerVerificationProgress, LedgerVerification]),
      end: 'ledger.verification',
      always: false,
    },
    faults: ['checkpoint_invalid', 'verification_running', 'verification_too_long'],
  }),
} as const
