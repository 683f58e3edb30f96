import type { ComponentProps } from 'react'

const looks = {
  primary: 'bg-accent-fill text-white hover:brightness-110 border-transparent',
  plain: 'bg-card text-ink border-strong hover:bg-sunken',
  danger: 'bg-[#b42318] text-white hover:brightness-110 border-transparent',
  quiet: 'bg-transparent text-ink border-transparent hover:bg-sunken',
} as const

/** What of a button's look links share with it. */
export const buttonClass = (look: keyof typeof looks = 'plain'): string =>
  `inline-flex min-h-9 items-center justify-center gap-2 rounded-md border px-3 py-1.5 text-sm font-medium whitespace-nowrap transition disabled:opacity-55 ${looks[look]}`

/** A button; while `busy` it says so and cannot be pressed again. */
export const Button = ({
  look = 'plain',
  busy = false,
  children,
  className = '',
  ...rest
}: ComponentProps<'button'> & { look?: keyof typeof looks; busy?: boolean }) => (
  <button
    type="button"
    {...rest}
    disabled={busy || rest.disabled === true}
    aria-busy={busy}
    className={`${buttonClass(look)} ${className}`}
  >
    {children}
    {busy && <span aria-hidden="true">…</span>}
  </button>
)
