import { Link, type LinkProps } from '@tanstack/react-router'

/** The heading of pages that belong together, and the way from each to the others. */
export const SectionHeading = ({
  title,
  sections,
}: {
  title: string
  sections: readonly { readonly to: NonNullable<LinkProps['to']>; readonly text: string }[]
}) => (
  <div className="flex flex-wrap items-center justify-between gap-2">
    <h1 className="text-2xl font-semibold">{title}</h1>
    <nav aria-label={title} className="flex flex-wrap gap-1">
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
