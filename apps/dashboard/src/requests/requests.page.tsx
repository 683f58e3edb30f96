import { useQuery } from '@tanstack/react-query'
import { Link, useSearch } from '@tanstack/react-router'
import { keys as allKeys } from '../keys/keys.data.ts'
import { useMode } from '../mode/mode.ts'
import { FilterForm } from './filter-form.tsx'
import { RequestList } from './request-list.tsx'
import { RouteTable } from './route-table.tsx'

const tab = 'rounded px-3 py-1 text-sm font-medium hover:text-ink'
const tabClass = (isShown: boolean): string => `${tab} ${isShown ? 'bg-card text-ink shadow-sm' : 'text-soft'}`
/** Only the one whose whole address it is is current. */
const exactly = { exact: true, includeSearch: true } as const

/** /dashboard/requests */
export const RequestsPage = () => {
  const mode = useMode()
  const { mode: _, ...search } = useSearch({ from: '/inside/requests' })
  const { view, after: _after, ...filters } = search
  const { data: every = [] } = useQuery(allKeys)
  const keys = every.filter(({ environment }) => environment === mode)
  return (
    <div className="grid gap-4">
      <title>{`Requests · ${mode} · Micro`}</title>
      <div className="flex flex-wrap items-center justify-between gap-3">
        <h1 className="text-2xl font-semibold">Requests</h1>
        <nav aria-label="View" className="flex gap-1 rounded-md bg-sunken p-1">
          <Link to="/requests" search={filters} activeOptions={exactly} className={tabClass(view === undefined)}>
            Each
          </Link>
          <Link
            to="/requests"
            search={{ ...filters, view: 'routes' }}
            activeOptions={exactly}
            className={tabClass(view === 'routes')}
          >
            By route
          </Link>
        </nav>
      </div>
      {/* Another address fills the form anew. */}
      <FilterForm key={JSON.stringify(search)} {...{ search, keys }} />
      {view === 'routes' ? <RouteTable filters={filters} /> : <RequestList {...{ search, keys }} />}
      <p className="text-sm text-soft">
        The log has the last requests of a day at most, and may be lost. Of those that the limit refused (429) it keeps
        one in six seconds; it keeps neither queries nor bodies.
      </p>
    </div>
  )
}
