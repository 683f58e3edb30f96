import { Link } from '@tanstack/react-router'
import { Identifier } from '../ui/copy.tsx'
import { pageIn } from './commands.ts'

/** The id of a thing, which leads to its page where it has one. */
export const ObjectLink = ({ id }: { id: string }) => {
  const page = pageIn(id)
  return page === undefined ? (
    <Identifier id={id} />
  ) : (
    <Link to={page.to} params={{ id }} className="font-mono text-sm break-all text-accent underline">
      {id}
    </Link>
  )
}
