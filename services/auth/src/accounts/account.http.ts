import type { Account, authApi, MerchantPrincipal } from '@micro/contracts'
import { assert, Fault } from '@micro/kernel'
import type { Handlers } from '@micro/service'
import type { AuthDependencies } from '../dependencies.ts'
import { accountToWire } from './account.ts'
import { selectMerchant } from './account.store.ts'

export const accountHandlers = ({
  db,
}: Pick<AuthDependencies, 'db'>): Pick<Handlers<typeof authApi>, 'retrieveCurrentAccount' | 'retrieveAccount'> => {
  const own = async ({ merchant, mode }: MerchantPrincipal): Promise<Account> => {
    const row = await selectMerchant(db.sql, merchant)
    assert(row !== undefined, `an API key was verified whose merchant ${merchant} is not there`)
    return accountToWire(row, mode)
  }
  return {
    retrieveCurrentAccount: ({ principal }) => own(principal),
    async retrieveAccount({ principal, params: { id } }) {
      if (id !== principal.merchant) throw new Fault('resource_missing', { resource: 'account', id, param: 'id' })
      return own(principal)
    },
  }
}
