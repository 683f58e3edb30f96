import { first, type Sql } from '@micro/postgres'
import type { UserRow } from './user.ts'

/** True for exactly one registration of an installation: those that come while it is undecided wait for its row. */
export const claimOperator = async (sql: Sql, now: Date): Promise<boolean> =>
  (
    await sql`
      update auth.installation set operator_claimed_at = ${now}
      where operator_claimed_at is null
      returning only_row`
  ).length === 1

/** False when the email belongs to someone; waits for registrations of the same email that are under way. */
export const insertUser = async (sql: Sql, user: Omit<UserRow, 'merchant' | 'disabled_at'>): Promise<boolean> =>
  (
    await sql`
      insert into auth.users (id, email, password_hash, operator, created_at, password_changed_at)
      values (${user.id}, ${user.email}, ${user.password_hash}, ${user.operator}, ${user.created_at}, ${user.created_at})
      on conflict (email) do nothing
      returning id`
  ).length === 1

export const insertMerchant = (sql: Sql, merchant: { id: string; owner: string; created_at: Date }) => sql`
  insert into auth.merchants (id, owner, created_at)
  values (${merchant.id}, ${merchant.owner}, ${merchant.created_at})`

/** `email` in its normalised form. */
export const selectUserByEmail = async (sql: Sql, email: string): Promise<UserRow | undefined> =>
  first(
    await sql<UserRow>`
    select users.id, email, password_hash, operator, disabled_at, users.created_at, merchants.id as merchant
    from auth.users join auth.merchants on merchants.owner = users.id
    where email = ${email}`,
  )

export const selectUser = async (
  sql: Sql,
  { id, merchant }: { id: string; merchant: string },
): Promise<UserRow | undefined> =>
  first(
    await sql<UserRow>`
    select users.id, email, password_hash, operator, disabled_at, users.created_at, merchants.id as merchant
    from auth.users join auth.merchants on merchants.owner = users.id
    where users.id = ${id} and merchants.id = ${merchant}`,
  )

export const selectMerchantOwner = async (sql: Sql, merchant: string): Promise<UserRow | undefined> =>
  first(
    await sql<UserRow>`
    select users.id, email, password_hash, operator, disabled_at, users.created_at, merchants.id as merchant
    from auth.users join auth.merchants on merchants.owner = users.id
    where merchants.id = ${merchant}`,
  )

/**
 * Holds the password still until the end of the database transaction; false when it is no longer the one checked, or
 * when the user has been disabled.
 */
export const lockPassword = async (
  sql: Sql,
  { id, passwordHash }: { id: string; passwordHash: string },
): Promise<boolean> =>
  (
    await sql`
      select id from auth.users
      where id = ${id} and password_hash = ${passwordHash} and disabled_at is null
      for share`
  ).length === 1

/** Holds still, until the end of the database transaction, that the user may log in. False when they may not. */
export const lockEnabledUser = async (sql: Sql, id: string): Promise<boolean> =>
  (await sql`select id from auth.users where id = ${id} and disabled_at is null for share`).length === 1

/**
 * As lockEnabledUser, alone: a login of theirs that is under way is waited for, so that whoever ends their sessions finds it,
 * and none begins until the end of the database transaction.
 */
export const lockLoginsOfUser = async (sql: Sql, id: string): Promise<boolean> =>
  (await sql`select id from auth.users where id = ${id} and disabled_at is null for no key update`).length === 1

/** False when the password is no longer the one that was checked. */
export const savePassword = async (
  sql: Sql,
  change: { id: string; from: string; to: string; now: Date },
): Promise<boolean> =>
  (
    await sql`
      update auth.users set password_hash = ${change.to}, password_changed_at = ${change.now}
      where id = ${change.id} and password_hash = ${change.from}
      returning id`
  ).length === 1
