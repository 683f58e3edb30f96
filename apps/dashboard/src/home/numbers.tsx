import { Card } from '../ui/card.tsx'
import { axisMoment } from '../ui/moment.ts'
import { moneyText } from '../ui/money.ts'
import { successText, type CurrencyFigures } from './figures.ts'

const cell = 'px-3 py-1.5 text-right whitespace-nowrap tabular-nums'
const head = 'px-3 py-1.5 text-left whitespace-nowrap'

const isEmpty = ({ volume, refunds, disputes, fees, paid, failed }: CurrencyFigures['series'][number]): boolean =>
  [volume, refunds, disputes, fees, paid, failed].every((each) => each === 0)

const columns = ['volume', 'refunds', 'disputes', 'fees', 'net'] as const
const names = { volume: 'Volume', refunds: 'Refunds', disputes: 'Disputes', fees: 'Fees', net: 'Net' } as const

/** The numbers that the charts draw, newest first; what nothing happened in is left out. */
export const Numbers = ({ figures, each }: { figures: CurrencyFigures; each: string }) => {
  const { currency, series } = figures
  const span = (series.at(-1)?.until ?? 0) - (series[0]?.from ?? 0)
  const rows = series.filter((row) => !isEmpty(row)).toReversed()
  return (
    <Card flush>
      <details>
        <summary className="px-4 py-3 font-semibold">
          The numbers, {each} by {each}
        </summary>
        {rows.length === 0 ? (
          <p className="px-4 pb-4 text-soft">Nothing happened in this time.</p>
        ) : (
          <div tabIndex={0} role="region" aria-label={`Figures, ${each} by ${each}`} className="overflow-x-auto pb-2">
            <table className="w-full text-sm">
              <caption className="sr-only">What payments in {currency.toUpperCase()} came to, newest first</caption>
              <thead className="text-soft">
                <tr>
                  <th className={head}>{each === 'hour' ? 'From' : 'Day'}</th>
                  {columns.map((name) => (
                    <th key={name} className={cell}>
                      {names[name]}
                    </th>
                  ))}
                  <th className={cell}>Paid</th>
                  <th className={cell}>Declined</th>
                  <th className={cell}>Success</th>
                </tr>
              </thead>
              <tbody>
                {rows.map((row) => (
                  <tr key={row.from} className="border-t border-line hover:bg-sunken">
                    <th scope="row" className={`${head} font-normal`}>
                      {axisMoment(row.from, span)}
                    </th>
                    {columns.map((name) => (
                      <td key={name} className={cell}>
                        {moneyText(row[name], currency)}
                      </td>
                    ))}
                    <td className={cell}>{row.paid}</td>
                    <td className={cell}>{row.failed}</td>
                    <td className={cell}>{successText(row) ?? '—'}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </details>
    </Card>
  )
}
