import { Link, type LinkProps } from '@tanstack/react-router'
import type { ReactNode } from 'react'

/** In place of an empty list: that none is like what was asked for, or what to do so that there are some. */
export const Nothing = ({
  filtered,
  all,
  what,
  children,
}: {
  filtered: boolean
  /** The list without filters. */
  all: NonNullable<LinkProps['to']>
  /** As in "No payment is like that". */
  what: string
  children: ReactNode
}) => (
  <div className="grid justify-items-center gap-3 p-6 text-center text-soft">
    {filtered ? (
      <p>
        No {what} is like that.{' '}
        <Link to={all} className="font-medium text-accent underline">
          Show all
        </Link>
      </p>
    ) : (
      children
    )}
  </div>
)
