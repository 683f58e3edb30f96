import { first, type Sql } from '@micro/postgres'

/** A row of the service's own `idempotency_keys` table (search_path names the schema; columns as in its migration). */
export interface ClaimRow {
  fingerprint: string
  request_id: string
  recovery_point: string | null
  status: number | null
  body: string | null
  leased: boolean
}

export interface ClaimKey {
  readonly merchant: string
  readonly mode: string
  readonly key: string
}

/** A claim that is not stored yet. */
export type NewClaim = ClaimKey & { fingerprint: string; requestId: string; now: Date; leasedUntil: Date }

export const insertClaim = async (sql: Sql, claim: NewClaim): Promise<boolean> => {
  const rows = await sql`
    insert into idempotency_keys (merchant, mode, key, fingerprint, request_id, created_at, leased_until)
    values (${claim.merchant}, ${claim.mode}, ${claim.key}, ${claim.fingerprint}, ${claim.requestId}, ${claim.now}, ${claim.leasedUntil})
    on conflict (merchant, mode, key) do nothing
    returning key`
  return rows.length === 1
}

export const lockClaim = async (
  sql: Sql,
  { merchant, mode, key }: ClaimKey,
  now: Date,
): Promise<ClaimRow | undefined> =>
  first(
    await sql<ClaimRow>`
    select fingerprint, request_id, recovery_point, status, body, leased_until > ${now} as leased
    from idempotency_keys
    where merchant = ${merchant} and mode = ${mode} and key = ${key}
    for update`,
  )

/** Whose request has a key, if one does. */
export const findHolder = async (sql: Sql, { merchant, mode, key }: ClaimKey): Promise<string | undefined> =>
  first(
    await sql<{ request_id: string }>`
    select request_id from idempotency_keys where merchant = ${merchant} and mode = ${mode} and key = ${key}`,
  )?.request_id

/** A claim together with its answer. Whoever comes second waits for the first one's end, and then breaks the primary key. */
export const insertAnswered = (sql: Sql, claim: NewClaim, { status, body }: { status: number; body: string }) => sql`
  insert into idempotency_keys (merchant, mode, key, fingerprint, request_id, created_at, status, body)
  values (${claim.merchant}, ${claim.mode}, ${claim.key}, ${claim.fingerprint}, ${claim.requestId}, ${claim.now},
          ${status}, ${body})`

/** As saveHeldResponse, of a claim that may not be stored yet. */
export const claimAnswered = async (
  sql: Sql,
  claim: NewClaim,
  { status, body }: { status: number; body: string },
): Promise<boolean> =>
  (
    await sql`
      insert into idempotency_keys as own (merchant, mode, key, fingerprint, request_id, created_at, status, body)
      values (${claim.merchant}, ${claim.mode}, ${claim.key}, ${claim.fingerprint}, ${claim.requestId}, ${claim.now},
              ${status}, ${body})
      on conflict (merchant, mode, key)
        do update set status = excluded.status, body = excluded.body, leased_until = null
        where own.request_id = excluded.request_id and own.status is null
      returning key`
  ).length === 1

/** As saveRecoveryPoint, of a claim that may not be stored yet. */
export const claimReached = async (sql: Sql, claim: NewClaim, recoveryPoint: string): Promise<boolean> =>
  (
    await sql`
      insert into idempotency_keys as own
        (merchant, mode, key, fingerprint, request_id, created_at, leased_until, recovery_point)
      values (${claim.merchant}, ${claim.mode}, ${claim.key}, ${claim.fingerprint}, ${claim.requestId}, ${claim.now},
              ${claim.leasedUntil}, ${recoveryPoint})
      on conflict (merchant, mode, key) do update set recovery_point = excluded.recovery_point
        where own.request_id = excluded.request_id and own.status is null
      returning key`
  ).length === 1

/** A new holder takes over a claim whose lease ran out; the old holder's writes no longer match the request id. */
export const takeOverClaim = (sql: Sql, claim: ClaimKey & { requestId: string; leasedUntil: Date }) => sql`
  update idempotency_keys set leased_until = ${claim.leasedUntil}, request_id = ${claim.requestId}
  where merchant = ${claim.merchant} and mode = ${claim.mode} and key = ${claim.key}`

/** False when another request has taken the claim over. */
export const saveRecoveryPoint = async (
  sql: Sql,
  { merchant, mode, key, requestId }: ClaimKey & { requestId: string },
  recoveryPoint: string,
): Promise<boolean> =>
  (
    await sql`
      update idempotency_keys set recovery_point = ${recoveryPoint}
      where merchant = ${merchant} and mode = ${mode} and key = ${key} and request_id = ${requestId} and status is null
      returning key`
  ).length === 1

/** The holder's answer. False when another request has taken the claim over, or it is answered already. */
export const saveHeldResponse = async (
  sql: Sql,
  { merchant, mode, key, requestId }: ClaimKey & { requestId: string },
  response: { status: number; body: string },
): Promise<boolean> =>
  (
    await sql`
      update idempotency_keys set status = ${response.status}, body = ${response.body}, leased_until = null
      where merchant = ${merchant} and mode = ${mode} and key = ${key} and request_id = ${requestId} and status is null
      returning key`
  ).length === 1

/** The answer of work that has a lock of its own to be done once by, whoever holds the key meanwhile. */
export const saveResponse = (
  sql: Sql,
  { merchant, mode, key }: ClaimKey,
  response: { status: number; body: string },
) => sql`
  update idempotency_keys set status = ${response.status}, body = ${response.body}, leased_until = null
  where merchant = ${merchant} and mode = ${mode} and key = ${key} and status is null`

/** What `recovery_point` says of an answered key whose answer has been expanded as its caller asked. */
const expanded = 'expanded'

export const isExpanded = (row: ClaimRow): boolean => row.recovery_point === expanded

/** The stored answer, expanded, in place of the one without; once. False when somebody else has done so. */
export const saveExpanded = async (sql: Sql, { merchant, mode, key }: ClaimKey, body: string): Promise<boolean> =>
  (
    await sql`
      update idempotency_keys set body = ${body}, recovery_point = ${expanded}
      where merchant = ${merchant} and mode = ${mode} and key = ${key} and status is not null
        and recovery_point is distinct from ${expanded}
      returning key`
  ).length === 1

export const findBody = async (sql: Sql, { merchant, mode, key }: ClaimKey): Promise<string | undefined> => {
  const row = first(
    await sql<{ body: string | null }>`
    select body from idempotency_keys where merchant = ${merchant} and mode = ${mode} and key = ${key}`,
  )
  return row?.body ?? undefined
}

/** Gives up a claim that has no effect yet, so that the next try starts afresh; one past a recovery point only loses its lease. */
export const releaseClaim = async (sql: Sql, { merchant, mode, key }: ClaimKey, requestId: string): Promise<void> => {
  await sql`
    delete from idempotency_keys
    where merchant = ${merchant} and mode = ${mode} and key = ${key} and request_id = ${requestId}
      and status is null and recovery_point is null`
  await sql`
    update idempotency_keys set leased_until = null
    where merchant = ${merchant} and mode = ${mode} and key = ${key} and request_id = ${requestId} and status is null`
}

export const deleteClaimsBefore = async (sql: Sql, before: Date): Promise<number> =>
  (
    await sql`
      delete from idempotency_keys
      where (merchant, mode, key) in (
        select merchant, mode, key from idempotency_keys where created_at < ${before} and status is not null limit 1000
      )
      returning key`
  ).length
