import type { LedgerStatement, LedgerStatementLine } from '@micro/contracts'
import { Link } from '@tanstack/react-router'
import { buttonClass } from '../ui/button.tsx'
import { Time } from '../ui/time.tsx'
import { amountText } from './amount.ts'
import type { StatementView } from './filters.ts'
import { amountCell, cell, TransactionLink } from './parts.tsx'
import { balanceBefore } from './running-balance.ts'

const Line = ({ line, statement }: { line: LedgerStatementLine; statement: LedgerStatement }) => {
  const { created, transaction_id, description, reference_id, direction, value_str, balance_after_str } = line
  const value = amountText(value_str, statement)
  return (
    <tr className="border-t border-line hover:bg-sunken">
      <td className={cell}>
        <TransactionLink id={transaction_id}>{description ?? reference_id}</TransactionLink>
        <span className="block text-sm text-soft">
          <Time at={created} as="brief" />
          <span className="sm:hidden">
            {' '}
            · {direction} <span className="whitespace-nowrap">{value}</span>
          </span>
        </span>
      </td>
      <td className={`${amountCell} hidden sm:table-cell`}>{direction === 'debit' && value}</td>
      <td className={`${amountCell} hidden sm:table-cell`}>{direction === 'credit' && value}</td>
      <td className={`${amountCell} font-medium`}>{amountText(balance_after_str, statement)}</td>
    </tr>
  )
}

const Balance = ({ name, amount }: { name: string; amount: string }) => (
  <tr className="border-t border-line bg-sunken">
    <th scope="row" className={`${cell} font-normal text-soft`}>
      {name}
    </th>
    <td className="hidden sm:table-cell" />
    <td className="hidden sm:table-cell" />
    <td className={`${amountCell} font-semibold`}>{amount}</td>
  </tr>
)

const Table = ({ statement, whole }: { statement: LedgerStatement; whole: boolean }) => {
  const { data, normal_balance, opening_balance_str, closing_balance_str } = statement
  const [oldest] = data
  const before = oldest === undefined ? opening_balance_str : balanceBefore(oldest, normal_balance)
  return (
    <table className="w-full">
      <caption className="sr-only">Statement, newest first, with the balance after each line</caption>
      <thead className="text-sm text-soft">
        <tr>
          <th className={cell}>Transaction</th>
          <th className={`${amountCell} hidden sm:table-cell`}>Debit</th>
          <th className={`${amountCell} hidden sm:table-cell`}>Credit</th>
          <th className={amountCell}>Balance</th>
        </tr>
      </thead>
      <tbody>
        {whole && <Balance name="Closing balance" amount={amountText(closing_balance_str, statement)} />}
        {data.toReversed().map((line) => (
          <Line key={line.id} {...{ line, statement }} />
        ))}
        <Balance
          name={statement.has_more ? 'Balance before' : 'Opening balance'}
          amount={amountText(before, statement)}
        />
      </tbody>
    </table>
  )
}

/** What moved an account, newest first; older lines are reached from the oldest one shown. */
export const Statement = ({ statement, view }: { statement: LedgerStatement; view: StatementView }) => {
  const { account_id: id, data, has_more } = statement
  const [oldest] = data
  const to = { from: '/ledger/accounts/$id', to: '/ledger/accounts/$id', params: { id } } as const
  return (
    <>
      {data.length === 0 ? (
        <p className="p-6 text-center text-soft">
          {view.at === undefined ? 'Nothing was posted to this account yet.' : 'Nothing had been posted to it by then.'}
        </p>
      ) : (
        <div className="overflow-x-auto">
          <Table {...{ statement }} whole={view.before === undefined} />
        </div>
      )}
      {(view.before !== undefined || has_more) && (
        <nav aria-label="Paging" className="flex justify-end gap-2 border-t border-line p-3">
          {view.before !== undefined && (
            <Link {...to} search={({ before: _, ...rest }) => rest} className={buttonClass()}>
              Newest
            </Link>
          )}
          {has_more && oldest !== undefined && (
            <Link {...to} search={(search) => ({ ...search, before: oldest.id })} className={buttonClass()}>
              Older
            </Link>
          )}
        </nav>
      )}
    </>
  )
}
