import { first, type Sql } from '@micro/postgres'
import type { PairingRow } from './pairing.ts'

export const insertPairing = (
  sql: Sql,
  pairing: Omit<PairingRow, 'user_id' | 'approved_at' | 'redeemed_at'> & { readonly token_hash: Buffer },
) => sql`
  insert into auth.pairings
    (id, token_hash, verification_code, device_name, client_ip, gives, created_at, expires_at)
  values (${pairing.id}, ${pairing.token_hash}, ${pairing.verification_code}, ${pairing.device_name},
          ${pairing.client_ip}, ${pairing.gives}, ${pairing.created_at}, ${pairing.expires_at})`

/** Asked without a merchant: nobody's yet. */
export const selectPairing = async (sql: Sql, id: string): Promise<PairingRow | undefined> =>
  first(
    await sql<PairingRow>`
    select id, verification_code, device_name, client_ip, gives, user_id, approved_at, redeemed_at, created_at,
           expires_at
    from auth.pairings where id = ${id}`,
  )

/** By the token that only the device has. */
export const selectPairingOfToken = async (sql: Sql, hash: Buffer): Promise<PairingRow | undefined> =>
  first(
    await sql<PairingRow>`
    select id, verification_code, device_name, client_ip, gives, user_id, approved_at, redeemed_at, created_at,
           expires_at
    from auth.pairings where token_hash = ${hash}`,
  )

/**
 * Lets a device in, once. `session`: from which that is done; null: by a password. False when somebody did already, or its
 * time is over.
 */
export const approvePairing = async (
  sql: Sql,
  { id, user, session, now }: { id: string; user: string; session: string | null; now: Date },
): Promise<boolean> =>
  (
    await sql`
      update auth.pairings set user_id = ${user}, approved_session = ${session}, approved_at = ${now}
      where id = ${id} and approved_at is null and expires_at > ${now}
      returning id`
  ).length === 1

/**
 * Holds what a device was let in by still until the end of the database transaction: that its user may log in, with the
 * password they had, and that the session it was done from lives. False when one of them is over.
 */
export const lockApproval = async (sql: Sql, { id, now }: { id: string; now: Date }): Promise<boolean> => {
  // The user first, as whoever ends their sessions does: else two of them could wait for each other.
  const approver = first(
    await sql<{ session: string | null }>`
      select p.approved_session as session from auth.pairings p join auth.users u on u.id = p.user_id
      where p.id = ${id} and u.disabled_at is null
      for share of u`,
  )
  if (approver === undefined || approver.session === null) return approver !== undefined
  const live = await sql`
    select s.id from auth.pairings p join auth.login_sessions s on s.id = p.approved_session and s.user_id = p.user_id
    where p.id = ${id} and s.ended_at is null and s.expires_at > ${now}
    for share of s`
  return live.length === 1
}

/** Who let a device in. */
export interface Owner {
  readonly user: string
  readonly merchant: string
  readonly email: string
}

/** Takes what a device was let in for, once. */
export const redeemPairing = async (sql: Sql, { id, now }: { id: string; now: Date }): Promise<Owner | undefined> =>
  first(
    await sql<Owner>`
    update auth.pairings p set redeemed_at = ${now}
    from auth.users u join auth.merchants m on m.owner = u.id
    where p.id = ${id} and p.user_id = u.id and p.redeemed_at is null and p.expires_at > ${now}
    returning u.id as "user", m.id as merchant, u.email`,
  )

/** Forgets a device that nobody has let in yet. False when somebody did, or its time is over. */
export const deleteOpenPairing = async (sql: Sql, { id, now }: { id: string; now: Date }): Promise<boolean> =>
  (
    await sql`
      delete from auth.pairings where id = ${id} and approved_at is null and expires_at > ${now}
      returning id`
  ).length === 1

/** What somebody let in by the password they had, and what has not come for it yet. */
export const deleteWaitingPairings = (sql: Sql, user: string) => sql`
  delete from auth.pairings where user_id = ${user} and redeemed_at is null`

export const deleteExpiredPairings = async (sql: Sql, now: Date): Promise<number> =>
  (
    await sql`
      delete from auth.pairings
      where id in (select id from auth.pairings where expires_at < ${now} limit 1000)
      returning id`
  ).length
