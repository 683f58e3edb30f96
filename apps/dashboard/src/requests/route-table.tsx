import type { RequestLogSummary } from '@micro/contracts'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useMode } from '../mode/mode.ts'
import { Answered } from '../ui/answered.tsx'
import { Breakable } from '../ui/breakable.tsx'
import { Card } from '../ui/card.tsx'
import { Time } from '../ui/time.tsx'
import { durationText, shareText } from './figures.ts'
import { methods, type RequestFilters } from './request-filters.ts'
import { requestSummary } from './requests.data.ts'

const space = 'px-2 py-2 sm:px-4'
const cell = `${space} text-right whitespace-nowrap tabular-nums`

type Figures = Pick<RequestLogSummary, 'requests' | 'client_errors' | 'server_errors' | 'p50_ms' | 'p95_ms'>

/** How many failed of all, and the way to those that did. */
const Failed = ({ count, of, search, look }: { count: number; of: number; search: RequestFilters; look: string }) => (
  <td className={cell}>
    {count === 0 ? (
      <span className="text-soft">0 %</span>
    ) : (
      <Link to="/requests" search={search} className={`font-medium underline ${look}`}>
        {shareText(count, of)} <span className="hidden text-sm font-normal sm:inline">({count})</span>
      </Link>
    )}
  </td>
)

const Cells = ({
  figures: { requests, client_errors, server_errors, p50_ms, p95_ms },
  search,
}: {
  figures: Figures
  search: RequestFilters
}) => (
  <>
    <td className={cell}>{requests}</td>
    <Failed count={client_errors} of={requests} search={{ ...search, status: '4xx' }} look="text-warn" />
    <Failed count={server_errors} of={requests} search={{ ...search, status: '5xx' }} look="text-bad" />
    <td className={`${cell} hidden sm:table-cell`}>{durationText(p50_ms)}</td>
    <td className={cell}>{durationText(p95_ms)}</td>
  </>
)

const Table = ({ summary, filters }: { summary: RequestLogSummary; filters: RequestFilters }) => (
  <div className="overflow-x-auto" tabIndex={0} role="group" aria-label="Routes">
    <table className="w-full">
      <caption className="sr-only">Routes, those with the most requests first</caption>
      <thead className="text-sm text-soft">
        <tr>
          <th className={`${space} text-left`}>Route</th>
          <th className={cell}>Count</th>
          <th className={cell}>4xx</th>
          <th className={cell}>5xx</th>
          <th className={`${cell} hidden sm:table-cell`} title="Half of them took no longer">
            p50
          </th>
          <th className={cell} title="95 of 100 took no longer">
            p95
          </th>
        </tr>
      </thead>
      <tbody>
        {summary.routes.map(({ method, route, ...figures }) => {
          const known = methods.find((each) => each === method)
          const search = { ...filters, route, ...(known === undefined ? {} : { method: known }) }
          return (
            <tr key={`${method} ${route}`} className="border-t border-line hover:bg-sunken">
              <th scope="row" className={`${space} text-left font-mono text-sm font-normal`}>
                <Link to="/requests" search={search} className="hover:underline">
                  <span className="font-semibold">{method}</span> <Breakable name={route} />
                </Link>
              </th>
              <Cells {...{ figures, search }} />
            </tr>
          )
        })}
      </tbody>
      <tfoot>
        <tr className="border-t-2 border-line font-medium">
          <th scope="row" className={`${space} text-left`}>
            All
          </th>
          <Cells figures={summary} search={filters} />
        </tr>
      </tfoot>
    </table>
  </div>
)

/** How often each route failed, and how long it took. */
export const RouteTable = ({ filters }: { filters: RequestFilters }) => {
  const summary = useQuery({ ...requestSummary(useMode(), filters), placeholderData: keepPreviousData })
  return (
    <Card flush>
      <Answered asked={summary} label="routes" rows={8}>
        {(found) => (
          <>
            {found.requests === 0 ? (
              <p className="p-6 text-center text-soft">There is no request like that to count.</p>
            ) : (
              <Table summary={found} filters={filters} />
            )}
            {found.oldest !== null && (
              <p className="border-t border-line px-4 py-2 text-sm text-soft">
                Counted of what the log still has: requests since <Time at={found.oldest} />.
              </p>
            )}
          </>
        )}
      </Answered>
    </Card>
  )
}
