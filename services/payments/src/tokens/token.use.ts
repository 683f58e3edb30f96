import type { Tenant } from '@micro/contracts'
import { Fault } from '@micro/kernel'
import type { Sql } from '@micro/postgres'
import type { Token } from './token.ts'
import { isTokenId } from './token.ids.ts'
import { findToken, takeToken } from './token.store.ts'

/** The token that some text names, unless it is used. @throws Fault token_already_used */
export const find = async (sql: Sql, tenant: Tenant, id: string): Promise<Token | undefined> => {
  const token = isTokenId(id) ? await findToken(sql, tenant, id) : undefined
  if (token !== undefined && token.used_at !== null) throw new Fault('token_already_used', { id })
  return token
}

/** Uses it up, in the caller's database transaction. @throws Fault token_already_used */
export const take = async (
  sql: Sql,
  { now, id, ...tenant }: Tenant & { readonly id: string; readonly now: Date },
): Promise<Token | undefined> => {
  if (!isTokenId(id)) return undefined
  // Who finds none may have been too late.
  return (await takeToken(sql, { ...tenant, id, now })) ?? find(sql, tenant, id)
}
