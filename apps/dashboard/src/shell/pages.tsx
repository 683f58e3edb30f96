import { Link } from '@tanstack/react-router'
import { useId, useState } from 'react'
import type { Me } from '../session/session.data.ts'

const groups = [
  { name: undefined, pages: [{ to: '/', text: 'Home' }] },
  {
    name: 'Money',
    pages: [
      { to: '/payments', text: 'Payments' },
      { to: '/disputes', text: 'Disputes' },
      { to: '/payouts', text: 'Payouts' },
      { to: '/ledger', text: 'Ledger' },
    ],
  },
  {
    name: 'Shop',
    pages: [
      { to: '/customers', text: 'Customers' },
      { to: '/products', text: 'Products' },
    ],
  },
  {
    name: 'Developers',
    pages: [
      { to: '/events', text: 'Events' },
      { to: '/webhooks', text: 'Webhooks' },
      { to: '/requests', text: 'Requests' },
      { to: '/api', text: 'API reference' },
      { to: '/keys', text: 'API keys' },
    ],
  },
] as const

/** For those alone whom the API answers there. */
const ofOperators = { name: 'Installation', pages: [{ to: '/operator', text: 'Operator' }] } as const

/** The way to every page. On a narrow screen it waits behind a button, so that the page itself comes first. */
export const Pages = ({ user }: { user: Me }) => {
  const [open, setOpen] = useState(false)
  const id = useId()
  return (
    <nav aria-label="Pages">
      <button
        type="button"
        aria-expanded={open}
        aria-controls={id}
        onClick={() => setOpen(!open)}
        className="w-full rounded-md border border-line bg-card px-3 py-1.5 text-left font-medium hover:bg-sunken md:hidden"
      >
        Pages <span aria-hidden="true">{open ? '▴' : '▾'}</span>
      </button>
      <div id={id} className={`${open ? 'grid' : 'hidden'} gap-3 pt-2 md:grid md:pt-0`}>
        {[...groups, ...(user.operator ? [ofOperators] : [])].map(({ name, pages }) => (
          <div key={name ?? 'first'} className="grid gap-0.5">
            {name !== undefined && <p className="px-3 text-sm text-soft">{name}</p>}
            {pages.map(({ to, text }) => (
              <Link
                key={to}
                to={to}
                onClick={() => setOpen(false)}
                activeOptions={{ exact: to === '/', includeSearch: false }}
                className="rounded-md px-3 py-1.5 font-medium text-soft hover:bg-sunken hover:text-ink data-[status=active]:bg-accent-wash data-[status=active]:text-accent"
              >
                {text}
              </Link>
            ))}
          </div>
        ))}
      </div>
    </nav>
  )
}
