import type { AuditEntry } from '@micro/contracts'
import { useRouteContext } from '@tanstack/react-router'
import { Answered } from '../ui/answered.tsx'
import { Card } from '../ui/card.tsx'
import { Paging } from '../ui/paging.tsx'
import { isFiltered, newestOf, type AuditFilters } from './audit-filters.ts'
import { AuditList } from './audit-list.tsx'

/** A page of an audit log, and the way to the next. */
export const AuditCard = ({
  asked,
  to,
  filters,
}: {
  asked: Parameters<typeof Answered<{ data: AuditEntry[]; has_more: boolean }>>[0]['asked']
  to: '/activity' | '/operator/audit'
  filters: AuditFilters
}) => {
  const { user } = useRouteContext({ from: '/inside' })
  const at = (search: AuditFilters) => ({ to, search }) as const
  return (
    <Card flush>
      <Answered asked={asked} label="the log" rows={8}>
        {({ data, has_more }) => (
          <>
            {data.length === 0 ? (
              <p className="p-6 text-center text-soft">
                {isFiltered(filters)
                  ? 'Nothing like that was done. Clear the filter to see all.'
                  : 'Nothing was done yet.'}
              </p>
            ) : (
              <AuditList entries={data} me={user.id} />
            )}
            <Paging
              newest={filters.after === undefined ? undefined : at(newestOf(filters))}
              older={has_more ? at({ ...filters, after: data.at(-1)?.id ?? '' }) : undefined}
            />
          </>
        )}
      </Answered>
    </Card>
  )
}
