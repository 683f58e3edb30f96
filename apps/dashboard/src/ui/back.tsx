import { Link, type LinkProps } from '@tanstack/react-router'

/** The way from a thing to the list it is in. */
export const Back = ({ to, children }: { to: NonNullable<LinkProps['to']>; children: string }) => (
  <p>
    <Link to={to} className="text-sm font-medium text-accent hover:underline">
      ← {children}
    </Link>
  </p>
)
