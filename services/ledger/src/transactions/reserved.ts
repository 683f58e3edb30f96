import { Fault } from '@micro/kernel'
import { isSystemAccount } from '../accounts/account.ts'
import { accountParam } from './entries.ts'
import { isSystemReference } from './transaction.ts'

/** @throws Fault reference_reserved */
export const refuseReservedReference = (reference: string | undefined): void => {
  if (reference !== undefined && isSystemReference(reference))
    throw new Fault('reference_reserved', { param: 'reference_id' })
}

/** @throws Fault account_reserved */
export const refuseReservedAccounts = (entries: readonly { readonly account_id: string }[]): void => {
  const at = entries.findIndex((entry) => isSystemAccount(entry.account_id))
  const reserved = entries[at]
  if (reserved !== undefined)
    throw new Fault('account_reserved', { param: accountParam(at), account: reserved.account_id })
}
