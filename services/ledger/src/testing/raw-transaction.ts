/** A transaction written past the service. */
import type { Layer, TransactionKind } from '@micro/contracts'
import { only, type Sql } from '@micro/postgres'
import { contentHashOf, linkOf, type Content } from '../chain/content.ts'

/** What is wrong with a transaction; what is left out is right. */
export interface Wrong {
  /** Account (by name), amount, balance after, version; the next of each account unless given. */
  readonly entries?: readonly (readonly [
    account: string,
    amount: number,
    balanceAfter?: number | undefined,
    version?: number,
  ])[]
  /** Of the entries, in order; posted unless given. */
  readonly layers?: readonly Layer[]
  readonly kind?: TransactionKind
  /** A seq. */
  readonly parent?: bigint | undefined
  readonly expires?: string | undefined
  readonly seq?: number
  readonly count?: number
  readonly currency?: string | null
  readonly reference?: string
  readonly owner?: string
  readonly at?: string
  readonly effective?: string
  readonly withTransaction?: boolean
  /** What is hashed in place of what is written. */
  readonly hashed?: Partial<Content>
  /** The hash that the transaction follows. */
  readonly before?: Buffer
  readonly hash?: Buffer
  readonly salt?: Buffer | null
  readonly description?: string
}

/** Writes what a broken service might: by default a right transaction of book acct_a. */
export const write = async (sql: Sql, wrong: Wrong) => {
  const entries = wrong.entries ?? [
    ['a', 5],
    ['b', -5],
  ]
  const layerOf = (at: number): Layer => wrong.layers?.[at] ?? 'posted'
  const known = await sql<{
    name: string
    account: bigint
    currency: string
    posted: bigint
    pending: bigint
    version: bigint
  }>`
    select public_id as name, id as account, currency, posted_credits - posted_debits as posted,
      pending_credits - pending_debits as pending, version
    from ledger.accounts where merchant = ${wrong.owner ?? 'acct_a'}`
  const states = new Map(known.map((each) => [each.name, { ...each }]))
  const rows = entries.map(([name, amount, balanceAfter, version], at) => {
    const layer = layerOf(at)
    const state = states.get(name)
    if (state === undefined) return { account: 0n, amount, layer, balance: balanceAfter ?? 0, version: version ?? 1 }
    state[layer] += BigInt(amount)
    state.version += 1n
    return {
      account: state.account,
      amount,
      layer,
      balance: balanceAfter ?? state[layer],
      version: version ?? state.version,
    }
  })
  const book = only(
    await sql<{ last_seq: bigint; head_hash: Buffer }>`
    select last_seq, head_hash from ledger.books where merchant = 'acct_a'`,
  )
  const at = new Date(wrong.at ?? '2030-01-01T00:00:00Z')
  const seq = wrong.seq === undefined ? book.last_seq + 1n : BigInt(wrong.seq)
  const content: Content = {
    seq,
    id: `ltx_raw${at.getTime()}`,
    kind: wrong.kind ?? 'post',
    parent: wrong.parent === undefined ? null : { seq: wrong.parent },
    expiresAt: wrong.expires === undefined ? null : new Date(wrong.expires),
    reference: wrong.reference ?? 'raw',
    createdAt: at,
    effectiveAt: wrong.effective === undefined ? at : new Date(wrong.effective),
    description: wrong.description ?? null,
    metadata: {},
    salt: wrong.salt ?? null,
    entries: entries.map(([name, amount], at) => ({
      layer: layerOf(at),
      account: name,
      currency: states.get(name)?.currency ?? 'usd',
      amount: BigInt(amount),
    })),
  }
  const contentHash = contentHashOf({ ...content, ...wrong.hashed })
  const hash = wrong.hash ?? linkOf(wrong.before ?? book.head_hash, contentHash)
  return sql`
    with book as (
      select lane, id from ledger.books where merchant = 'acct_a'
    ), recorded as (
      insert into ledger.transactions
        (lane, book, seq, id, reference_id, description, currency, entry_count, fingerprint, metadata, created_at,
          effective_at, text_salt, content_hash, hash, kind, parent, expires_at)
      select lane, id, ${seq}, ${content.id}, ${content.reference}, ${content.description},
        ${wrong.currency === undefined ? 'usd' : wrong.currency}, ${wrong.count ?? entries.length}, sha256('x'), '{}',
        ${content.createdAt}, ${content.effectiveAt}, ${content.salt}::bytea, ${contentHash}::bytea, ${hash}::bytea,
        ${content.kind}, ${content.parent?.seq ?? null}::bigint, ${content.expiresAt}::timestamptz
      from book where ${wrong.withTransaction ?? true}
    )
    insert into ledger.entries (lane, book, seq, leg, account, amount, balance_after, account_version, layer)
    select lane, id, ${seq}, leg, account, amount, balance_after, version, layer
    from book, unnest(${rows.map((row) => row.account)}::bigint[], ${rows.map((row) => row.amount)}::numeric[],
      ${rows.map((row) => row.balance)}::numeric[], ${rows.map((row) => row.version)}::bigint[],
      ${rows.map((row) => row.layer)}::text[])
      with ordinality as e (account, amount, balance_after, version, layer, leg)`
}
