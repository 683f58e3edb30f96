import { Link, type LinkProps } from '@tanstack/react-router'
import { buttonClass } from './button.tsx'

/** Pages go forward by a cursor in the address, and back as the browser does. */
export const Paging = ({
  newest,
  older,
}: {
  /** undefined: it is shown. */
  newest: LinkProps | undefined
  older: LinkProps | undefined
}) =>
  newest === undefined && older === undefined ? null : (
    <nav aria-label="Paging" className="flex justify-end gap-2 border-t border-line p-3">
      {newest && (
        <Link {...newest} className={buttonClass()}>
          Newest
        </Link>
      )}
      {older && (
        <Link {...older} className={buttonClass()}>
          Older
        </Link>
      )}
    </nav>
  )
