import { Link } from '@tanstack/react-router'

const sections = [
  { to: '/operator', text: 'Health' },
  { to: '/operator/users', text: 'Users' },
  { to: '/operator/audit', text: 'Audit log' },
] as const

/** The heading of the operator's pages, and the way from each to the others. */
export const OperatorHeading = () => (
  <div className="flex flex-wrap items-center justify-between gap-2">
    <h1 className="text-2xl font-semibold">Operator</h1>
    <nav aria-label="Operator" className="flex gap-1">
      {sections.map(({ to, text }) => (
        <Link
          key={to}
          to={to}
          activeOptions={{ exact: true, includeSearch: false }}
          className="rounded-md px-3 py-1.5 font-medium text-soft hover:bg-sunken hover:text-ink data-[status=active]:bg-accent-wash data-[status=active]:text-accent"
        >
          {text}
        </Link>
      ))}
    </nav>
  </div>
)
