import { Link } from '@tanstack/react-router'
import { useEffect, useId, useRef, useState } from 'react'
import type { Me } from '../session/session.data.ts'
import { Button } from '../ui/button.tsx'
import { themes, useTheme, type Theme } from './theme.ts'

const themeNames: Readonly<Record<Theme, string>> = { system: 'As the system', light: 'Light', dark: 'Dark' }

/** Open or not; a press elsewhere, or Escape, closes it. */
const useOpen = () => {
  const [open, setOpen] = useState(false)
  const ref = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (!open) return
    const elsewhere = ({ target }: Event): void => {
      if (!ref.current?.contains(target as Node)) setOpen(false)
    }
    const escape = ({ key }: KeyboardEvent): void => {
      if (key === 'Escape') setOpen(false)
    }
    addEventListener('pointerdown', elsewhere)
    addEventListener('focusin', elsewhere)
    addEventListener('keydown', escape)
    return () => {
      removeEventListener('pointerdown', elsewhere)
      removeEventListener('focusin', elsewhere)
      removeEventListener('keydown', escape)
    }
  }, [open])
  return { open, setOpen, ref }
}

const Themes = () => {
  const [theme, setTheme] = useTheme()
  return (
    <fieldset className="grid gap-1">
      <legend className="mb-1 text-sm text-soft">Appearance</legend>
      {themes.map((each) => (
        <label key={each} className="flex cursor-pointer gap-2 rounded px-1 py-1 hover:bg-sunken">
          <input type="radio" name="theme" checked={each === theme} onChange={() => setTheme(each)} />
          {themeNames[each]}
        </label>
      ))}
    </fieldset>
  )
}

const accountPages = [
  { to: '/sessions', text: 'Sessions' },
  { to: '/activity', text: 'Account activity' },
] as const

/** Who is signed in, how the page looks, and the way out. */
export const AccountMenu = ({ user, onSignOut }: { user: Me; onSignOut: () => void }) => {
  const { open, setOpen, ref } = useOpen()
  const panel = useId()
  return (
    <div ref={ref} className="relative min-w-0">
      <button
        type="button"
        aria-expanded={open}
        aria-controls={panel}
        onClick={() => setOpen(!open)}
        className="block max-w-40 truncate rounded-md border border-line bg-card px-3 py-1.5 text-sm hover:bg-sunken sm:max-w-60"
      >
        {user.email}
      </button>
      {open && (
        <div
          id={panel}
          className="absolute top-full right-0 z-40 mt-1.5 grid min-w-56 gap-3 rounded-lg border border-line bg-card p-3 shadow-xl"
        >
          <p className="text-sm break-all">{user.email}</p>
          <nav aria-label="Account" className="grid">
            {accountPages.map(({ to, text }) => (
              <Link key={to} {...{ to }} onClick={() => setOpen(false)} className="rounded px-1 py-1 hover:bg-sunken">
                {text}
              </Link>
            ))}
          </nav>
          <Themes />
          <Button onClick={onSignOut}>Sign out</Button>
        </div>
      )}
    </div>
  )
}
