import type { LedgerTransaction } from '@micro/contracts'
import { Card } from '../../ui/card.tsx'
import { amountText } from '../amount.ts'
import { columnsOf } from '../columns.ts'
import { Drawing } from '../drawing.tsx'
import { AccountLink, amountCell, cell } from '../parts.tsx'

/** What would be recorded, and what accounts would have then. */
export const TriedResult = ({
  tried,
  scaleOf,
}: {
  tried: LedgerTransaction
  scaleOf: (currency: string) => number
}) => (
  <>
    {columnsOf(tried.entries, scaleOf).map((columns) => (
      <Drawing key={columns.currency} {...{ columns }} isTried />
    ))}
    <Card title="Accounts afterwards" flush>
      <table className="w-full">
        <caption className="sr-only">What each account would have afterwards</caption>
        <thead className="text-sm text-soft">
          <tr>
            <th className={cell}>Account</th>
            <th className={amountCell}>Balance</th>
          </tr>
        </thead>
        <tbody>
          {/* An account that stands in it twice has what its last entry left. */}
          {[...new Map(tried.entries.map((entry) => [entry.account_id, entry])).values()].map((entry) => (
            <tr key={entry.account_id} className="border-t border-line">
              <td className={cell}>
                <AccountLink id={entry.account_id} />
              </td>
              <td className={`${amountCell} font-medium`}>
                {amountText(entry.balance_after_str, { currency: entry.currency, scale: scaleOf(entry.currency) })}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Card>
  </>
)
