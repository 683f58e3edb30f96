import type { Dispute } from '@micro/contracts'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Link, useSearch } from '@tanstack/react-router'
import { useMode } from '../mode/mode.ts'
import { ObjectLink } from '../shell/object-link.tsx'
import { Answered } from '../ui/answered.tsx'
import { Badge } from '../ui/badge.tsx'
import { buttonClass } from '../ui/button.tsx'
import { Card } from '../ui/card.tsx'
import { moneyText } from '../ui/money.ts'
import { Nothing } from '../ui/nothing.tsx'
import { Paging } from '../ui/paging.tsx'
import { Table, type Column } from '../ui/table.tsx'
import { Time } from '../ui/time.tsx'
import { disputeState, isOpen, reasonText } from './dispute-state.ts'
import { disputesPage } from './disputes.data.ts'
import { Due } from './due.tsx'

/** Where there is no room for a column of its own, how long there is to answer stands below. */
const State = ({ dispute }: { dispute: Dispute }) => {
  const { text, tone } = disputeState(dispute.status)
  return (
    <span className="flex flex-wrap gap-1">
      <Badge {...{ tone }}>{text}</Badge>
      {isOpen(dispute) && (
        <span className="@lg:hidden">
          <Due {...{ dispute }} />
        </span>
      )}
    </span>
  )
}

const columns: readonly Column<Dispute>[] = [
  {
    name: 'Amount',
    right: true,
    of: ({ id, amount, currency }) => (
      <Link to="/disputes/$id" params={{ id }} className="font-medium text-accent hover:underline">
        {moneyText(amount, currency)}
      </Link>
    ),
  },
  { name: 'Status', of: (dispute) => <State {...{ dispute }} /> },
  { name: 'To answer', from: 'sm', of: (dispute) => (isOpen(dispute) ? <Due {...{ dispute }} /> : '—') },
  {
    name: 'Answer by',
    from: 'md',
    of: ({ status, evidence_details: { due_by } }) =>
      isOpen({ status }) && due_by !== null ? <Time at={due_by} as="brief" /> : '—',
  },
  { name: 'Reason', from: 'lg', cut: true, of: ({ reason }) => reasonText(reason) },
  {
    name: 'Payment',
    from: 'xl',
    cut: true,
    of: ({ payment_intent: id }) => (typeof id === 'string' ? <ObjectLink {...{ id }} /> : '—'),
  },
  { name: 'Created', from: 'md', of: ({ created }) => <Time at={created} as="brief" /> },
]

/** /dashboard/disputes */
export const DisputesPage = () => {
  const mode = useMode()
  const { after } = useSearch({ from: '/inside/disputes' })
  const page = useQuery({ ...disputesPage(mode, after), placeholderData: keepPreviousData })
  return (
    <div className="grid gap-4">
      <title>{`Disputes · ${mode} · Micro`}</title>
      <h1 className="text-2xl font-semibold">Disputes</h1>
      <Card flush>
        <Answered asked={page} label="disputes" rows={8}>
          {({ data, has_more }) => (
            <>
              {data.length === 0 ? (
                <Nothing filtered={after !== undefined} all="/disputes" what="dispute">
                  <p>No {mode} dispute: nobody has asked their bank for money back.</p>
                  {mode === 'test' && (
                    <>
                      <p>To see one, pay with the test card called “Disputed”.</p>
                      <Link to="/payments" search={{ new: true }} className={buttonClass('primary')}>
                        New test payment
                      </Link>
                    </>
                  )}
                </Nothing>
              ) : (
                <Table caption="Disputes, newest first" {...{ columns }} rows={data} />
              )}
              <Paging
                newest={after === undefined ? undefined : { to: '/disputes' }}
                older={has_more ? { to: '/disputes', search: { after: data.at(-1)?.id ?? '' } } : undefined}
              />
            </>
          )}
        </Answered>
      </Card>
    </div>
  )
}
