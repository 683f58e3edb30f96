import type { LedgerAccount, LedgerTrialBalance } from '@micro/contracts'
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Link, useSearch } from '@tanstack/react-router'
import { useMode } from '../mode/mode.ts'
import { Answered } from '../ui/answered.tsx'
import { Badge } from '../ui/badge.tsx'
import { Button } from '../ui/button.tsx'
import { Card } from '../ui/card.tsx'
import { Problem } from '../ui/problem.tsx'
import { AccountFilterForm } from './account-filter-form.tsx'
import { amountText } from './amount.ts'
import { chartOf, typeName, type Group } from './chart.ts'
import { accountFiltersIn } from './filters.ts'
import { accountPages, trialBalance } from './ledger.data.ts'
import { AccountLink, amountCell, cell, LedgerHeading } from './parts.tsx'
import { TrialBalance } from './trial-balance.tsx'

const Row = ({ account }: { account: LedgerAccount }) => {
  const { id, name, status, system, balance_str, pending } = account
  return (
    <tr className="border-t border-line hover:bg-sunken">
      <td className={cell}>
        <span className="flex flex-wrap items-baseline gap-x-2">
          <AccountLink {...{ id }} />
          {status !== 'active' && <Badge tone="warn">{status}</Badge>}
        </span>
        <span className="text-sm text-soft">
          {name}
          {system && ' · kept by Micro'}
        </span>
      </td>
      <td className={`${amountCell} font-medium`}>{amountText(balance_str, account)}</td>
      <td className={`${amountCell} hidden md:table-cell`}>{amountText(pending.balance_str, account)}</td>
      <td className={`${amountCell} hidden sm:table-cell`}>{amountText(pending.available_str, account)}</td>
    </tr>
  )
}

type Rows = LedgerTrialBalance['rows']

const GroupRows = ({ group, totals }: { group: Group<LedgerAccount>; totals: Rows }) => {
  const total = totals.find(({ type, currency }) => type === group.type && currency === group.currency)
  return (
    <tbody>
      <tr className="border-t border-line bg-sunken">
        <th scope="rowgroup" className={`${cell} font-semibold`}>
          {typeName(group.type)} <span className="font-normal text-soft">{group.currency.toUpperCase()}</span>
        </th>
        <td className={`${amountCell} font-semibold`}>{total && amountText(total.balance_str, total)}</td>
        <td className="hidden md:table-cell" />
        <td className="hidden sm:table-cell" />
      </tr>
      {group.accounts.map((account) => (
        <Row key={account.id} {...{ account }} />
      ))}
    </tbody>
  )
}

const Chart = ({ accounts, totals }: { accounts: readonly LedgerAccount[]; totals: Rows }) => (
  <table className="w-full">
    <caption className="sr-only">Accounts by currency and type</caption>
    <thead className="text-sm text-soft">
      <tr>
        <th className={cell}>Account</th>
        <th className={amountCell}>Posted</th>
        <th className={`${amountCell} hidden md:table-cell`}>Pending</th>
        <th className={`${amountCell} hidden sm:table-cell`}>Available</th>
      </tr>
    </thead>
    {chartOf(accounts).map((group) => (
      <GroupRows key={`${group.currency} ${group.type}`} {...{ group, totals }} />
    ))}
  </table>
)

const Nothing = ({ filtered }: { filtered: boolean }) => (
  <p className="p-6 text-center text-soft">
    {filtered ? (
      <>
        No account is like that.{' '}
        <Link to="/ledger" className="font-medium text-accent underline">
          Show all
        </Link>
      </>
    ) : (
      <>
        There are no accounts yet. The first payment brings those of Micro; yours are made by{' '}
        <code className="font-mono text-sm">micro ledger accounts create</code>.
      </>
    )}
  </p>
)

/** /dashboard/ledger */
export const ChartPage = () => {
  const mode = useMode()
  const filters = useSearch({ from: '/inside/ledger', select: (search) => accountFiltersIn({ ...search }) })
  const filtered = Object.keys(filters).length > 0
  const trial = useQuery(trialBalance(mode))
  const pages = useInfiniteQuery({ ...accountPages(mode, filters), placeholderData: keepPreviousData })
  const { hasNextPage, fetchNextPage, isFetchingNextPage, isFetchNextPageError, error } = pages
  return (
    <div className="grid grid-cols-1 gap-4">
      <title>{`Ledger · ${mode} · Micro`}</title>
      <LedgerHeading />
      <Card title="Trial balance" flush>
        <Answered asked={trial} rows={3} label="the trial balance">
          {(balance) => <TrialBalance {...{ balance }} />}
        </Answered>
      </Card>
      <Card title="Chart of accounts" flush>
        {/* Another address fills the form anew. */}
        <AccountFilterForm key={JSON.stringify(filters)} {...{ filters }} />
        <Answered asked={pages} rows={8} label="accounts">
          {({ pages: lists }) => {
            const accounts = lists.flatMap(({ data }) => data)
            // Sums are over all accounts, so they would not be those of what was searched for.
            const totals = filtered ? [] : (trial.data?.rows ?? [])
            if (accounts.length === 0) return <Nothing {...{ filtered }} />
            return (
              <div className="overflow-x-auto">
                <Chart {...{ accounts, totals }} />
              </div>
            )
          }}
        </Answered>
        {isFetchNextPageError && error !== null && (
          <div className="px-4 pb-3">
            <Problem {...{ error }} />
          </div>
        )}
        {hasNextPage && (
          <div className="flex justify-center border-t border-line p-3">
            <Button busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
              More accounts
            </Button>
          </div>
        )}
      </Card>
    </div>
  )
}
