import { only, type Sql } from '@micro/postgres'

/** Whether an operator opened or closed registration; null while none has decided. */
export const selectRegistration = async (sql: Sql): Promise<boolean | null> =>
  only(await sql<{ registration_open: boolean | null }>`select registration_open from auth.installation`)
    .registration_open

export const saveRegistration = (sql: Sql, open: boolean) => sql`
  update auth.installation set registration_open = ${open}`

/** Replaces an earlier invitation of the same email. */
export const saveInvitation = (
  sql: Sql,
  invitation: { email: string; hash: Buffer; created_by: string; expires_at: Date },
) => sql`
  insert into auth.invitations (email, hash, created_by, expires_at)
  values (${invitation.email}, ${invitation.hash}, ${invitation.created_by}, ${invitation.expires_at})
  on conflict (email) do update
  set hash = excluded.hash, created_by = excluded.created_by, expires_at = excluded.expires_at`

/** True for exactly one registration: the invitation is gone with it. */
export const takeInvitation = async (
  sql: Sql,
  { email, hash, now }: { email: string; hash: Buffer; now: Date },
): Promise<boolean> =>
  (
    await sql`
      delete from auth.invitations where email = ${email} and hash = ${hash} and expires_at > ${now}
      returning email`
  ).length === 1

export const deleteExpiredInvitations = async (sql: Sql, now: Date): Promise<number> =>
  (
    await sql`
      delete from auth.invitations
      where email in (select email from auth.invitations where expires_at < ${now} limit 1000)
      returning email`
  ).length
