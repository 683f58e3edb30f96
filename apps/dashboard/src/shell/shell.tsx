import { Link, Outlet, useNavigate, useRouteContext } from '@tanstack/react-router'
import { useState } from 'react'
import type { Connection } from '../live/stay-connected.ts'
import { useLive } from '../live/use-live.ts'
import { ModeBand } from '../mode/mode-band.tsx'
import { useMode } from '../mode/mode.ts'
import type { Me } from '../session/session.data.ts'
import { useSignOut } from '../session/sign-out.ts'
import { Problem } from '../ui/problem.tsx'
import type { Command } from './commands.ts'
import { AccountMenu } from './menu.tsx'
import { Pages } from './pages.tsx'
import { Palette, usePaletteKey } from './palette.tsx'
import { useTheme } from './theme.ts'

const connections: Readonly<Record<Connection, { dot: string; text: string }>> = {
  connecting: { dot: 'bg-strong', text: 'Connecting' },
  live: { dot: 'bg-good', text: 'Up to date' },
  waiting: { dot: 'bg-bad', text: 'Reconnecting' },
}

const useCommands = (user: Me, signOut: () => void): Command[] => {
  const navigate = useNavigate()
  const mode = useMode()
  const [, setTheme] = useTheme()
  const otherMode = mode === 'test' ? 'live' : undefined
  return [
    { name: 'Go to Home', run: () => void navigate({ to: '/' }) },
    { name: 'Go to Payments', run: () => void navigate({ to: '/payments' }) },
    { name: 'Go to Customers', run: () => void navigate({ to: '/customers' }) },
    { name: 'New customer', run: () => void navigate({ to: '/customers', search: { new: true } }) },
    { name: 'Go to Disputes', run: () => void navigate({ to: '/disputes' }) },
    { name: 'Go to Payouts and balance', run: () => void navigate({ to: '/payouts' }) },
    { name: 'Go to Products and prices', run: () => void navigate({ to: '/products' }) },
    { name: 'New product', run: () => void navigate({ to: '/products', search: { new: true } }) },
    { name: 'Go to Ledger', run: () => void navigate({ to: '/ledger' }) },
    { name: 'Go to Ledger transactions', run: () => void navigate({ to: '/ledger/transactions' }) },
    { name: 'New ledger transaction', run: () => void navigate({ to: '/ledger/transactions/new' }) },
    { name: 'See where money went', run: () => void navigate({ to: '/ledger/flow' }) },
    { name: 'Go to Holds', run: () => void navigate({ to: '/ledger/holds' }) },
    { name: 'Verify the ledger', run: () => void navigate({ to: '/ledger/verify' }) },
    { name: 'Go to Events', run: () => void navigate({ to: '/events' }) },
    { name: 'Go to Webhooks', run: () => void navigate({ to: '/webhooks' }) },
    { name: 'New webhook endpoint', run: () => void navigate({ to: '/webhooks', search: { new: true } }) },
    { name: 'Go to Requests', run: () => void navigate({ to: '/requests' }) },
    { name: 'Errors by route', run: () => void navigate({ to: '/requests', search: { view: 'routes' } }) },
    { name: 'Go to API reference', run: () => void navigate({ to: '/api' }) },
    { name: 'Go to API keys', run: () => void navigate({ to: '/keys' }) },
    { name: 'Go to Sessions', run: () => void navigate({ to: '/sessions' }) },
    { name: 'Go to Account activity', run: () => void navigate({ to: '/activity' }) },
    ...(user.operator
      ? [
          { name: 'Go to Operator: health', run: () => void navigate({ to: '/operator' }) },
          { name: 'Go to Operator: users', run: () => void navigate({ to: '/operator/users' }) },
          { name: 'Go to Operator: audit log', run: () => void navigate({ to: '/operator/audit' }) },
        ]
      : []),
    ...(mode === 'test'
      ? [
          { name: 'New test payment', run: () => void navigate({ to: '/payments', search: { new: true } }) },
          { name: 'New test payout', run: () => void navigate({ to: '/payouts', search: { new: true } }) },
        ]
      : []),
    {
      name: `Switch to ${otherMode ?? 'test'} mode`,
      run: () => void navigate({ to: '/', search: { mode: otherMode } }),
    },
    { name: 'Look light', run: () => setTheme('light') },
    { name: 'Look dark', run: () => setTheme('dark') },
    { name: 'Look as the system does', run: () => setTheme('system') },
    { name: 'Sign out', run: signOut },
  ]
}

/** What stands around every page of somebody who is signed in. */
export const Shell = () => {
  const { user } = useRouteContext({ from: '/inside' })
  const connection = connections[useLive(useMode())]
  const [palette, setPalette] = useState(false)
  const leaving = useSignOut()
  const signOut = (): void => leaving.mutate()
  const commands = useCommands(user, signOut)
  usePaletteKey(() => setPalette(true))
  return (
    <>
      <a href="#page" className="sr-only focus:not-sr-only focus:absolute focus:z-50 focus:bg-card focus:p-2">
        Skip to the page
      </a>
      <ModeBand />
      <header className="flex items-center gap-3 border-b border-line bg-card px-4 py-2">
        <Link to="/" className="text-lg font-bold tracking-tight text-accent">
          Micro
        </Link>
        <span className="ml-auto hidden items-center gap-2 text-sm text-soft sm:flex" role="status">
          <span className={`size-2 rounded-full ${connection.dot}`} aria-hidden="true" />
          {connection.text}
        </span>
        <button
          type="button"
          onClick={() => setPalette(true)}
          className="ml-auto rounded-md border border-line bg-card px-3 py-1.5 text-sm hover:bg-sunken sm:ml-0"
        >
          Commands <kbd className="ml-1 hidden font-mono text-soft sm:inline">Ctrl K</kbd>
        </button>
        <AccountMenu user={user} onSignOut={signOut} />
      </header>
      <div className="mx-auto grid max-w-[90rem] md:grid-cols-[11rem_minmax(0,1fr)]">
        <div className="border-b border-line p-2 md:border-0 md:p-4">
          <Pages {...{ user }} />
        </div>
        <main id="page" tabIndex={-1} className="min-w-0 p-4 outline-none md:py-5">
          {leaving.isError && (
            <div className="mb-4 grid gap-1">
              <p className="font-semibold">You are still signed in.</p>
              <Problem error={leaving.error} onAgain={signOut} />
            </div>
          )}
          <Outlet />
        </main>
      </div>
      {palette && <Palette commands={commands} onClose={() => setPalette(false)} />}
    </>
  )
}
