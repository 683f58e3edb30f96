import { Badge } from '../ui/badge.tsx'
import { Card } from '../ui/card.tsx'
import { amountText } from './amount.ts'
import { isBalanced, type Columns } from './columns.ts'
import { AccountLink, amountCell, cell } from './parts.tsx'

const layers = {
  posted: { title: 'Posted', means: 'It is in the balances.' },
  pending: { title: 'Held', means: 'It is set aside, and in no balance.' },
  tried: { title: 'Would be posted', means: 'Nothing is recorded yet.' },
} as const

const Sum = ({ columns }: { columns: Columns }) => (
  <tr className="border-t-2 border-strong font-semibold">
    <th scope="row" className={cell}>
      {isBalanced(columns) ? <Badge tone="good">Balanced</Badge> : <Badge tone="bad">Not balanced</Badge>}
    </th>
    <td className={amountCell}>{amountText(columns.debits, columns)}</td>
    <td className={`${amountCell} border-l border-line`}>{amountText(columns.credits, columns)}</td>
  </tr>
)

/** Entries as book-keeping has written them for ages: debits left, credits right, and under both the same sum. */
export const Drawing = ({ columns, isTried = false }: { columns: Columns; isTried?: boolean }) => {
  const { title, means } = layers[isTried ? 'tried' : columns.layer]
  return (
    <Card title={`${title}, ${columns.currency.toUpperCase()}`} flush>
      <p className="px-4 pb-2 text-sm text-soft">{means}</p>
      <div className="overflow-x-auto">
        <table className="w-full">
          <caption className="sr-only">
            Debits and credits in {columns.currency.toUpperCase()}, {title.toLowerCase()}
          </caption>
          <thead className="text-sm text-soft">
            <tr>
              <th className={cell}>Account</th>
              <th className={amountCell}>Debit</th>
              <th className={`${amountCell} border-l border-line`}>Credit</th>
            </tr>
          </thead>
          <tbody>
            {columns.lines.map(({ id, account_id, direction, value_str }) => (
              <tr key={id} className="border-t border-line hover:bg-sunken">
                <td className={cell}>
                  <AccountLink id={account_id} />
                </td>
                <td className={amountCell}>{direction === 'debit' && amountText(value_str, columns)}</td>
                <td className={`${amountCell} border-l border-line`}>
                  {direction === 'credit' && amountText(value_str, columns)}
                </td>
              </tr>
            ))}
          </tbody>
          <tfoot>
            <Sum {...{ columns }} />
          </tfoot>
        </table>
      </div>
    </Card>
  )
}
