import type { LedgerAccount } from '@micro/contracts'
import { useQuery } from '@tanstack/react-query'
import { Link, useParams, useSearch } from '@tanstack/react-router'
import { useMode } from '../mode/mode.ts'
import { Answered } from '../ui/answered.tsx'
import { Badge } from '../ui/badge.tsx'
import { Card, Facts } from '../ui/card.tsx'
import { Identifier } from '../ui/copy.tsx'
import { Time } from '../ui/time.tsx'
import { amountText } from './amount.ts'
import { statementSearchIn, statementViewOf } from './filters.ts'
import { account as accountSeen, type AccountSeen } from './ledger.data.ts'
import { BackTo } from './parts.tsx'
import { Statement } from './statement.tsx'
import { TimeTravel } from './time-travel.tsx'

type Amount = readonly [name: string, amount: string, means: string]

/** What an account has: in the past that is less known, since what is available follows from limits of today. */
const amountsOf = ({ account, balance, view: { at } }: AccountSeen): Amount[] => {
  const text = (amount: string): string => amountText(amount, account)
  const { balance_str, pending } = account
  if (at !== undefined)
    return [
      ['Posted then', text(balance.balance_str), 'what was recorded by that moment'],
      ['Held then', text(balance.pending_str ?? '0'), 'what holds would have added'],
      ['Posted now', text(balance_str), 'with all that came since'],
    ]
  return [
    ['Posted', text(balance_str), 'what was recorded'],
    ['Pending', text(pending.balance_str), 'if all that is held were captured'],
    ['Available', text(pending.available_str), 'less what holds would take'],
  ]
}

const Amounts = ({ amounts }: { amounts: readonly Amount[] }) => (
  <div className="grid gap-4 sm:grid-cols-3">
    {amounts.map(([name, amount, means]) => (
      <Card key={name}>
        <h2 className="text-sm text-soft">{name}</h2>
        <p className="text-xl font-semibold break-words tabular-nums">{amount}</p>
        <p className="text-sm text-soft">{means}</p>
      </Card>
    ))}
  </div>
)

const factsOf = (account: LedgerAccount) => {
  const { id, type, normal_balance, version, created, min_available_str: min, max_balance_str: max } = account
  return [
    ['Id', <Identifier key="id" {...{ id }} />],
    ['Type', `${type}: a ${normal_balance} adds to it`],
    ...(min === null ? [] : [['Keeps available', amountText(min, account)] as const]),
    ...(max === null ? [] : [['Holds at most', amountText(max, account)] as const]),
    ['Entries', version.toLocaleString()],
    ['Kept by', account.system ? 'Micro, for payments' : 'you'],
    ['Created', <Time key="created" at={created} />],
    ...Object.entries(account.metadata),
  ] as const
}

const Seen = ({ seen }: { seen: AccountSeen }) => {
  const { account, statement, view } = seen
  const { id, name, status, currency } = account
  return (
    <div className="grid grid-cols-1 gap-4">
      <div className="flex flex-wrap items-center gap-3">
        <h1 className="min-w-0 text-2xl font-semibold break-words">{name}</h1>
        <Badge tone="calm">{currency.toUpperCase()}</Badge>
        {status !== 'active' && <Badge tone="warn">{status}</Badge>}
      </div>
      {/* Another moment fills the form anew. */}
      <TimeTravel key={view.at} {...{ id }} at={view.at} />
      <Amounts amounts={amountsOf(seen)} />
      <div className="grid grid-cols-1 items-start gap-4 xl:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
        <Card
          title="Statement"
          flush
          aside={
            <Link
              to="/ledger/transactions"
              search={{ account_id: id }}
              className="text-sm font-medium text-accent hover:underline"
            >
              Its transactions
            </Link>
          }
        >
          <Statement {...{ statement, view }} />
        </Card>
        <Card title="Account">
          <Facts facts={factsOf(account)} />
        </Card>
      </div>
    </div>
  )
}

/** /dashboard/ledger/accounts/:id */
export const AccountPage = () => {
  const mode = useMode()
  const { id } = useParams({ from: '/inside/ledger/accounts/$id' })
  const view = useSearch({
    from: '/inside/ledger/accounts/$id',
    select: (search) => statementViewOf(statementSearchIn({ ...search })),
  })
  const seen = useQuery({
    ...accountSeen(mode, id, view),
    // Another moment of the same account; never the amounts of another one.
    placeholderData: (shown) => (shown?.account.id === id ? shown : undefined),
  })
  return (
    <div className="grid grid-cols-1 gap-4">
      <title>{`${seen.data?.account.name ?? id} · ${mode} · Micro`}</title>
      <BackTo to="/ledger">Ledger</BackTo>
      <Answered asked={seen} rows={9} label="the account">
        {(data) => <Seen seen={data} />}
      </Answered>
    </div>
  )
}
