import { only, type Sql } from '@micro/postgres'
import type { SecretIds } from './secret-ids.ts'

/** Null before the first start that noted them. Of several processes that start, each waits for the one before. */
export const lockSecretIds = async (sql: Sql): Promise<SecretIds | null> =>
  only(await sql<{ secret_ids: SecretIds | null }>`select secret_ids from auth.installation for update`).secret_ids

export const saveSecretIds = (sql: Sql, ids: SecretIds) => sql`
  update auth.installation set secret_ids = ${JSON.stringify(ids)}::jsonb`
