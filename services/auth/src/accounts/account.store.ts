import { first, type Sql } from '@micro/postgres'
import type { MerchantRow } from './account.ts'

export const selectMerchant = async (sql: Sql, merchant: string): Promise<MerchantRow | undefined> =>
  first(
    await sql<MerchantRow>`
    select merchants.id, default_currency, merchants.created_at, email
    from auth.merchants join auth.users on users.id = merchants.owner
    where merchants.id = ${merchant}`,
  )
