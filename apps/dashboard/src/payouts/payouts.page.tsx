import type { Balance, Payout } from '@micro/contracts'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { balanceColumns } from '../balance/balance-columns.tsx'
import { balance } from '../home/home.data.ts'
import { useMode } from '../mode/mode.ts'
import { Answered } from '../ui/answered.tsx'
import { Badge } from '../ui/badge.tsx'
import { Button } from '../ui/button.tsx'
import { Card } from '../ui/card.tsx'
import { moneyText } from '../ui/money.ts'
import { Nothing } from '../ui/nothing.tsx'
import { Paging } from '../ui/paging.tsx'
import { Table, type Column } from '../ui/table.tsx'
import { Time } from '../ui/time.tsx'
import { NewPayout } from './new-payout.tsx'
import { payoutFiltersIn, payoutState, payoutStatuses } from './payout-state.ts'
import { lastMovements, payoutsPage } from './payouts.data.ts'

const State = ({ payout: { status } }: { payout: Payout }) => {
  const { text, tone } = payoutState(status)
  return <Badge {...{ tone }}>{text}</Badge>
}

const columns: readonly Column<Payout>[] = [
  {
    name: 'Amount',
    right: true,
    of: ({ id, amount, currency }) => (
      <Link to="/payouts/$id" params={{ id }} className="font-medium text-accent hover:underline">
        {moneyText(amount, currency)}
      </Link>
    ),
  },
  { name: 'Status', of: (payout) => <State {...{ payout }} /> },
  { name: 'Description', from: 'lg', cut: true, of: ({ description }) => description ?? '—' },
  { name: 'Arrives', from: 'sm', of: ({ arrival_date }) => <Time at={arrival_date} as="brief" /> },
  { name: 'Created', from: 'md', of: ({ created }) => <Time at={created} as="brief" /> },
]

const Owned = ({ name, amounts, note }: { name: string; amounts: Balance['available']; note: string }) => (
  <Card>
    <h2 className="text-sm text-soft">{name}</h2>
    <p className="text-2xl font-semibold break-words tabular-nums">
      {amounts.length === 0
        ? '—'
        : amounts.map(({ amount, currency }) => (
            <span key={currency} className="block">
              {moneyText(amount, currency)}
            </span>
          ))}
    </p>
    <p className="text-sm text-soft">{note}</p>
  </Card>
)

const StatusFilter = () => {
  const { status } = useSearch({ from: '/inside/payouts' })
  const navigate = useNavigate()
  return (
    <select
      aria-label="Status of payouts"
      value={status ?? ''}
      onChange={({ target }) => void navigate({ to: '/payouts', search: payoutFiltersIn({ status: target.value }) })}
      className="min-h-9 rounded-md border border-strong bg-card px-2 py-1 text-sm"
    >
      <option value="">All</option>
      {payoutStatuses.map((each) => (
        <option key={each} value={each}>
          {payoutState(each).text}
        </option>
      ))}
    </select>
  )
}

const List = () => {
  const mode = useMode()
  const { new: _, ...filters } = useSearch({ from: '/inside/payouts' })
  const { after, ...newest } = filters
  const page = useQuery({ ...payoutsPage(mode, filters), placeholderData: keepPreviousData })
  return (
    <Card title="Payouts to the bank" flush aside={<StatusFilter />}>
      <Answered asked={page} label="payouts" rows={5}>
        {({ data, has_more }) => (
          <>
            {data.length === 0 ? (
              <Nothing filtered={Object.keys(filters).length > 0} all="/payouts" what="payout">
                <p>
                  {mode === 'test'
                    ? 'None yet. What is available can be paid out; the test clock makes pending money available.'
                    : 'None yet. In live mode the processor pays out, and what it tells of it shows here.'}
                </p>
              </Nothing>
            ) : (
              <Table caption="Payouts, newest first" {...{ columns }} rows={data} />
            )}
            <Paging
              newest={after === undefined ? undefined : { to: '/payouts', search: newest }}
              older={has_more ? { to: '/payouts', search: { ...newest, after: data.at(-1)?.id ?? '' } } : undefined}
            />
          </>
        )}
      </Answered>
    </Card>
  )
}

const Movements = () => {
  const movements = useQuery(lastMovements(useMode()))
  return (
    <Card title="What changed the balance last" flush>
      <Answered asked={movements} label="what changed the balance" rows={4}>
        {({ data }) =>
          data.length === 0 ? (
            <p className="px-4 pt-1 pb-4 text-soft">Nothing yet.</p>
          ) : (
            <Table caption="What changed the balance, newest first" columns={balanceColumns} rows={data} />
          )
        }
      </Answered>
    </Card>
  )
}

/** /dashboard/payouts */
export const PayoutsPage = () => {
  const mode = useMode()
  const { new: open, ...filters } = useSearch({ from: '/inside/payouts' })
  const navigate = useNavigate()
  const owned = useQuery(balance(mode))
  const show = (isOpen: boolean) =>
    void navigate({ to: '/payouts', search: isOpen ? { ...filters, new: true } : filters })
  return (
    <div className="grid gap-4">
      <title>{`Payouts · ${mode} · Micro`}</title>
      <div className="flex flex-wrap items-center justify-between gap-2">
        <h1 className="text-2xl font-semibold">Payouts</h1>
        {mode === 'test' && (
          <Button look="primary" onClick={() => show(true)}>
            New test payout
          </Button>
        )}
      </div>
      <Answered asked={owned} label="the balance" rows={3}>
        {({ available, pending }) => (
          <div className="grid gap-4 sm:grid-cols-2">
            <Owned name="Available" amounts={available} note="can be paid out" />
            <Owned name="Pending" amounts={pending} note="not available yet" />
          </div>
        )}
      </Answered>
      <List />
      <Movements />
      {open === true && mode === 'test' && owned.data !== undefined && (
        <NewPayout available={owned.data.available.filter(({ amount }) => amount > 0)} onClose={() => show(false)} />
      )}
    </div>
  )
}
