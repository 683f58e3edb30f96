import { readFileSync } from 'node:fs'
import { only, withClient, type Sql } from '@micro/postgres'

const applicationName = 'bench'
const byHand = readFileSync(new URL('by-hand.sql', import.meta.url), 'utf8')
const withoutChecks = readFileSync(new URL('raw.sql', import.meta.url), 'utf8')

export const createBenchDatabase = (postgresUrl: string): Promise<unknown> =>
  withClient({ url: postgresUrl, applicationName }, (client) => client.query('create database bench'))

/** Makes the schema of by-hand.sql, with accounts numbered from 1. */
export const fillByHand = (url: string, accounts: number): Promise<void> =>
  withClient({ url, applicationName }, async (client) => {
    await client.query(byHand)
    await client.query(
      `insert into by_hand.accounts (id, name) select at, 'Account ' || at from generate_series(1, $1::bigint) at`,
      [accounts],
    )
    await client.query('analyze by_hand.accounts')
  })

/** Takes from a migrated ledger all that verifies. */
export const dropChecks = (url: string): Promise<unknown> =>
  withClient({ url, applicationName }, (client) => client.query(withoutChecks))

/** Opens the merchants' books, with `accounts` accounts each, named from 0 by `prefix` and number. */
export const fillLedger = (
  url: string,
  { merchants, accounts, prefix }: { merchants: readonly string[]; accounts: number; prefix: string },
): Promise<void> =>
  withClient({ url, applicationName }, async (client) => {
    await client.query(
      `insert into ledger.books (lane, merchant, mode, created_at)
       select get_byte(sha256(convert_to(merchant || '/test', 'UTF8')), 0), merchant, 'test', now()
       from unnest($1::text[]) merchant`,
      [merchants],
    )
    await client.query(
      `insert into ledger.accounts (lane, book, merchant, mode, public_id, name, type, currency, system, created_at)
       select lane, id, merchant, mode, $1::text || at, 'Account ' || at, 'asset', 'usd', false, now()
       from ledger.books, generate_series(0, $2::bigint - 1) at`,
      [prefix, accounts],
    )
    await client.query('analyze ledger.books, ledger.accounts')
  })

/** Writes down what was filled in, so that no row is charged for it. */
export const checkpoint = (sql: Sql): Promise<unknown> => sql`checkpoint`

/** Bytes of log PostgreSQL has written in all. */
export const readWalBytes = async (sql: Sql): Promise<number> =>
  Number(only(await sql<{ bytes: bigint }>`select pg_current_wal_lsn() - '0/0'::pg_lsn as bytes`).bytes)

export const readVersion = async (sql: Sql): Promise<string> =>
  only(await sql<{ version: string }>`select current_setting('server_version') as version`).version
