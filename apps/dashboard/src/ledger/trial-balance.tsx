import type { LedgerTrialBalance } from '@micro/contracts'
import { Badge } from '../ui/badge.tsx'
import { amountText } from './amount.ts'
import { trialsOf, typeName, type Trial } from './chart.ts'
import { amountCell, cell } from './parts.tsx'

const Balanced = ({ trial: { debits_str, credits_str } }: { trial: Trial }) =>
  debits_str === credits_str ? <Badge tone="good">Balanced</Badge> : <Badge tone="bad">Not balanced</Badge>

const OfCurrency = ({ trial }: { trial: Trial }) => (
  <table className="w-full">
    <caption className="px-4 pt-1 text-left text-sm text-soft">{trial.currency.toUpperCase()}</caption>
    <thead className="text-sm text-soft">
      <tr>
        <th className={cell}>
          <span className="sr-only">Type</span>
        </th>
        <th className={amountCell}>Debit</th>
        <th className={amountCell}>Credit</th>
      </tr>
    </thead>
    <tbody>
      {trial.rows.map((row) => (
        <tr key={row.type} className="border-t border-line">
          <th scope="row" className={`${cell} font-normal`}>
            {typeName(row.type)}
          </th>
          <td className={amountCell}>{row.debits_str !== '0' && amountText(row.debits_str, trial)}</td>
          <td className={amountCell}>{row.credits_str !== '0' && amountText(row.credits_str, trial)}</td>
        </tr>
      ))}
    </tbody>
    <tfoot>
      <tr className="border-t-2 border-strong font-semibold">
        <th scope="row" className={cell}>
          <Balanced {...{ trial }} />
        </th>
        <td className={amountCell}>{amountText(trial.debits_str, trial)}</td>
        <td className={amountCell}>{amountText(trial.credits_str, trial)}</td>
      </tr>
    </tfoot>
  </table>
)

/** Both sides of the whole ledger, currency by currency, which always come to the same. */
export const TrialBalance = ({ balance }: { balance: LedgerTrialBalance }) => {
  const trials = trialsOf(balance)
  return trials.length === 0 ? (
    <p className="px-4 pt-1 pb-4 text-soft">No account has a balance yet.</p>
  ) : (
    <div className="grid gap-3 pb-2 lg:grid-cols-2">
      {trials.map((trial) => (
        // Nothing in it takes the focus, so it does itself: amounts beyond a narrow screen are then reached by keys.
        <div
          key={trial.currency}
          tabIndex={0}
          role="region"
          aria-label={`Trial balance in ${trial.currency.toUpperCase()}`}
          className="min-w-0 overflow-x-auto"
        >
          <OfCurrency {...{ trial }} />
        </div>
      ))}
    </div>
  )
}
