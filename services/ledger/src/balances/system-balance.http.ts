import type { ledgerApi } from '@micro/contracts'
import { Fault } from '@micro/kernel'
import type { Database } from '@micro/postgres'
import type { Handlers } from '@micro/service'
import { isSystemAccount, onNormalSide } from '../accounts/account.ts'
import { readBalances } from './system-balance.store.ts'

type SystemBalanceHandlers = Pick<Handlers<typeof ledgerApi>, 'readSystemBalances'>

export const systemBalanceHandlers = ({ db }: { db: Database }): SystemBalanceHandlers => ({
  async readSystemBalances({ principal, body }) {
    if (principal.service !== 'payments') throw new Fault('permission_denied')
    const { id_prefix: idPrefix, references, merchant, mode } = body
    if (!isSystemAccount(idPrefix))
      throw new Fault('parameter_invalid', { param: 'id_prefix', reason: 'must start with sys_' })
    const { balances, recorded } = await readBalances(db.sql, { merchant, mode }, { idPrefix, references })
    return {
      balances: balances.map(({ account_id, currency, normal_balance, net }) => ({
        account_id,
        currency,
        balance_str: String(onNormalSide(BigInt(net), normal_balance)),
      })),
      recorded,
    }
  },
})
