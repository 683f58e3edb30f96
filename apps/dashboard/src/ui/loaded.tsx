import type { ReactNode } from 'react'
import { Problem } from './problem.tsx'
import { Skeleton } from './waiting.tsx'

/** What was asked for once it is there; until then its shape, or why it is not. */
export const Loaded = <T,>({
  query: { data, error, refetch },
  label,
  rows = 5,
  children,
}: {
  query: { readonly data: T | undefined; readonly error: Error | null; readonly refetch: () => Promise<unknown> }
  label: string
  rows?: number
  children: (data: T) => ReactNode
}) => {
  if (data !== undefined) return children(data)
  if (error === null) return <Skeleton {...{ rows, label }} />
  return (
    <div className="p-4">
      <Problem error={error} onAgain={() => void refetch()} />
    </div>
  )
}
