import type { LedgerAccount } from '@micro/contracts'
import type { Context } from '../../shell/shell.ts'
import { printJson } from '../../shell/shell.ts'
import { metadataText, printFacts } from '../facts.ts'
import { changeOf, moneyOf } from '../money.ts'
import { stamp } from '../times.ts'

/** What holds would change of the balance if all of them were captured, on the normal side. */
export const pendingOf = ({ balance_str, pending }: LedgerAccount): bigint =>
  BigInt(pending.balance_str) - BigInt(balance_str)

export const showAccount = ({ terminal, json }: Context, account: LedgerAccount): void => {
  if (json) {
    printJson(terminal, account)
    return
  }
  const { scale, currency, pending } = account
  const money = (digits: string | null): string | null =>
    digits === null ? null : moneyOf(BigInt(digits), scale, currency)
  printFacts(terminal, [
    ['Account', account.id],
    ['Name', account.name],
    ['Type', `${account.type}, balance on the ${account.normal_balance} side`],
    ['Status', account.status],
    ['Balance', money(account.balance_str)],
    ['Pending', changeOf(pendingOf(account), scale)],
    ['Available', money(pending.available_str)],
    ['At least', money(account.min_available_str)],
    ['At most', money(account.max_balance_str)],
    ['Entries', String(account.version)],
    ['Metadata', metadataText(account.metadata)],
    ['Created', `${stamp(account.created)} UTC`],
  ])
}
