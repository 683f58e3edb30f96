import type { ReactNode } from 'react'

/** A part of a page with a heading of its own. */
export const Card = ({
  title,
  aside,
  children,
  flush = false,
}: {
  title?: string
  aside?: ReactNode
  children: ReactNode
  /** What is inside reaches the edges: tables do. */
  flush?: boolean
}) => (
  <section className="min-w-0 overflow-hidden rounded-xl border border-line bg-card">
    {title !== undefined && (
      <header className="flex flex-wrap items-center justify-between gap-2 px-4 pt-3 pb-1">
        <h2 className="font-semibold">{title}</h2>
        {aside}
      </header>
    )}
    <div className={flush ? '' : title === undefined ? 'p-4' : 'px-4 pt-2 pb-4'}>{children}</div>
  </section>
)

/** What is known of a thing, name by name. */
export const Facts = ({ facts }: { facts: readonly (readonly [name: string, value: ReactNode])[] }) => (
  <dl className="grid gap-x-6 gap-y-2 sm:grid-cols-[10rem_1fr]">
    {facts.map(([name, value]) => (
      <div key={name} className="contents">
        <dt className="text-sm text-soft">{name}</dt>
        <dd className="mb-1 min-w-0 break-words sm:mb-0">{value}</dd>
      </div>
    ))}
  </dl>
)
