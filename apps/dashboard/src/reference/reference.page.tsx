import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { operations } from 'virtual:operations'
import { useMode } from '../mode/mode.ts'
import { Breakable } from '../ui/breakable.tsx'
import { Card } from '../ui/card.tsx'
import { Field } from '../ui/field.tsx'
import { MethodBadge } from './method-badge.tsx'
import type { Operation } from './operation.ts'
import { found, grouped, searchedIn } from './search.ts'

const Row = ({ operation: { id, method, path, title } }: { operation: Operation }) => (
  <li className="grid grid-cols-[4.75rem_minmax(0,1fr)] items-baseline gap-x-3 border-t border-line px-4 py-2 first:border-0 hover:bg-sunken lg:grid-cols-[4.75rem_minmax(0,1fr)_minmax(0,1fr)]">
    <span>
      <MethodBadge {...{ method }} />
    </span>
    <Link to="/api/$id" params={{ id }} className="min-w-0 font-mono text-sm break-words hover:underline">
      <Breakable name={path} />
    </Link>
    <span className="col-start-2 min-w-0 text-sm text-soft lg:col-start-auto">{title}</span>
  </li>
)

/** /dashboard/api */
export const ReferencePage = () => {
  const mode = useMode()
  const { q = '' } = useSearch({ from: '/inside/api' })
  const navigate = useNavigate()
  const shown = found(operations, q)
  return (
    <div className="grid gap-4">
      <title>{`API reference · ${mode} · Micro`}</title>
      <div className="flex flex-wrap items-end justify-between gap-3">
        <h1 className="text-2xl font-semibold">API reference</h1>
        <div className="w-full sm:w-80">
          <Field
            label="Search"
            type="search"
            placeholder="refund, paymentIntents.create"
            value={q}
            onChange={({ target }) =>
              void navigate({ to: '/api', search: searchedIn({ q: target.value }), replace: true })
            }
          />
        </div>
      </div>
      <p className="text-soft" role="status">
        {shown.length === 0
          ? 'No operation is like that: search for a word of its path, or of what it does.'
          : `${shown.length === 1 ? '1 operation' : `${shown.length} operations`}. Open one to try it, and to copy it for curl, stripe-node or micro.`}
      </p>
      {grouped(shown).map(([group, each]) => (
        <Card key={group} title={group} flush>
          <ul aria-label={group}>
            {each.map((operation) => (
              <Row key={operation.id} {...{ operation }} />
            ))}
          </ul>
        </Card>
      ))}
    </div>
  )
}
