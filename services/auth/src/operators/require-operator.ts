import type { MerchantPrincipal } from '@micro/contracts'
import { Fault } from '@micro/kernel'
import type { Sql } from '@micro/postgres'
import { lockOperator } from './operator.store.ts'

/**
 * Asks the database itself whether the caller is an operator: what the gateway knows may be seconds old. Returns their
 * id; they stay an operator until the end of the database transaction. @throws Fault operator_required
 */
export const requireOperator = async (sql: Sql, { user = '' }: MerchantPrincipal): Promise<string> => {
  if (!(await lockOperator(sql, user))) throw new Fault('operator_required')
  return user
}
