import type { ReactNode } from 'react'
import { Problem } from './problem.tsx'
import { Skeleton } from './waiting.tsx'

/** What was asked for, once it is there: until then its shape, or why it is not and what to do. */
export const Answered = <T,>({
  asked: { data, error, refetch, isPlaceholderData },
  label,
  rows,
  children,
}: {
  asked: {
    readonly data: T | undefined
    readonly error: Error | null
    readonly refetch: () => unknown
    /** What is shown was asked before, and is about to be replaced. */
    readonly isPlaceholderData?: boolean
  }
  label: string
  rows?: number
  children: (data: T) => ReactNode
}) =>
  data !== undefined ? (
    <div className={isPlaceholderData === true ? 'opacity-60' : 'contents'} aria-busy={isPlaceholderData}>
      {children(data)}
    </div>
  ) : error === null ? (
    <Skeleton {...{ label }} {...(rows === undefined ? {} : { rows })} />
  ) : (
    <div className="p-4">
      <Problem error={error} onAgain={() => void refetch()} />
    </div>
  )
