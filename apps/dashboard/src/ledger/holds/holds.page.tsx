import type { LedgerHold } from '@micro/contracts'
import { useQuery } from '@tanstack/react-query'
import { useSearch } from '@tanstack/react-router'
import { useMode } from '../../mode/mode.ts'
import { Answered } from '../../ui/answered.tsx'
import { Badge } from '../../ui/badge.tsx'
import { Card } from '../../ui/card.tsx'
import { ChoiceLinks } from '../../ui/choice-links.tsx'
import { Paging } from '../../ui/paging.tsx'
import { Time } from '../../ui/time.tsx'
import { amountText } from '../amount.ts'
import type { Scales } from '../ledger.data.ts'
import { AccountLink, LedgerHeading, TransactionLink } from '../parts.tsx'
import { heldBy, holdFiltersIn, holdStates, holdStatuses, type HoldFilters } from './hold.ts'
import { HoldActs } from './hold-acts.tsx'
import { holdsPage } from './holds.data.ts'

const Amounts = ({ hold, scales }: { hold: LedgerHold; scales: Scales }) => {
  const what = hold.status === 'open' ? 'remaining' : 'amount'
  const first = heldBy(hold, 'amount')
  return heldBy(hold, what).map(({ currency, amount }, at) => {
    const unit = { currency, scale: scales[currency] ?? 0 }
    const whole = first[at]?.amount ?? amount
    return (
      <span key={currency} className="block font-medium tabular-nums">
        {amountText(amount, unit)}
        {amount !== whole && <span className="font-normal text-soft"> left of {amountText(whole, unit)}</span>}
      </span>
    )
  })
}

const Row = ({ hold, scales }: { hold: LedgerHold; scales: Scales }) => {
  const { description, reference_id, status, transaction, expires_at, created, entries } = hold
  const { text, tone } = holdStates[status]
  const accounts = (side: 'debit' | 'credit') => entries.filter(({ direction }) => direction === side)
  return (
    <li className="flex flex-wrap items-center gap-x-6 gap-y-2 border-t border-line px-4 py-3 first:border-0">
      <div className="grid min-w-0 grow basis-64 gap-0.5">
        <p className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <Badge tone={tone}>{text}</Badge>
          <TransactionLink id={transaction}>{description ?? reference_id}</TransactionLink>
        </p>
        <p className="text-sm text-soft">
          {(['debit', 'credit'] as const).map((side, at) => (
            <span key={side}>
              {at === 1 && ' → '}
              {accounts(side).map(({ account_id }) => (
                <AccountLink key={account_id} id={account_id} />
              ))}
            </span>
          ))}
        </p>
      </div>
      <div className="grid basis-60 gap-0.5">
        <Amounts {...{ hold, scales }} />
        <span className="text-sm text-soft">
          {expires_at === null ? (
            <>
              made <Time at={created} as="brief" />, never expires
            </>
          ) : (
            <>
              {status === 'open' ? 'expires' : 'was to expire'} <Time at={expires_at} as="brief" />
            </>
          )}
        </span>
      </div>
      <HoldActs {...{ hold, scales }} />
    </li>
  )
}

const Nothing = ({ isOpen }: { isOpen: boolean }) => (
  <p className="p-6 text-center text-soft">
    {isOpen ? (
      <>
        Nothing is held. Money is set aside by <code className="font-mono text-sm">micro ledger holds create</code>,
        then captured or released here.
      </>
    ) : (
      'No hold is like that.'
    )}
  </p>
)

/** /dashboard/ledger/holds */
export const HoldsPage = () => {
  const mode = useMode()
  const filters = useSearch({ from: '/inside/ledger/holds', select: (given) => holdFiltersIn({ ...given }) })
  const { status = 'open', after } = filters
  const page = useQuery(holdsPage(mode, filters))
  const at = (search: HoldFilters) => ({ to: '/ledger/holds', search }) as const
  return (
    <div className="grid grid-cols-1 gap-4">
      <title>{`Holds · ${mode} · Micro`}</title>
      <LedgerHeading />
      <div className="flex">
        <ChoiceLinks
          label="Status"
          choices={[...holdStatuses, 'any' as const].map((each) => ({
            text: each === 'any' ? 'All' : holdStates[each].text,
            isChosen: each === status,
            link: at({ status: each }),
          }))}
        />
      </div>
      <Card title="Holds" flush>
        <Answered asked={page} rows={6} label="holds">
          {({ data, has_more, scales }) => (
            <>
              {data.length === 0 ? (
                <Nothing isOpen={status === 'open' && after === undefined} />
              ) : (
                <ul aria-label="Holds, newest first">
                  {data.map((hold) => (
                    <Row key={hold.id} {...{ hold, scales }} />
                  ))}
                </ul>
              )}
              <Paging
                newest={after === undefined ? undefined : at({ status })}
                older={has_more ? at({ status, after: data.at(-1)?.id ?? '' }) : undefined}
              />
            </>
          )}
        </Answered>
      </Card>
    </div>
  )
}
