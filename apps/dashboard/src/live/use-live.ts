import type { Mode } from '@micro/contracts'
import { useQueryClient, type QueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { newestEvents, withNewest } from './live.data.ts'
import { stayConnected, type Connection } from './stay-connected.ts'

const refreshMs = 3_000

/**
 * Has what is shown read anew, at once but no more often than every few seconds: a shop that sells a lot would otherwise
 * use up the requests that its viewer may make.
 */
const refresher = (queries: QueryClient, mode: Mode) => {
  let timer: ReturnType<typeof setTimeout> | undefined
  let asked = false
  const refresh = (): void => {
    asked = timer !== undefined
    if (asked) return
    for (const kept of ['payments', 'balance', 'ledger', 'webhooks'])
      void queries.invalidateQueries({ queryKey: [kept, mode] })
    timer = setTimeout(() => {
      timer = undefined
      if (asked) refresh()
    }, refreshMs)
  }
  return { refresh, stop: () => clearTimeout(timer) }
}

/** Follows what happens, and tells all that is shown of it. */
export const useLive = (mode: Mode): Connection => {
  const queries = useQueryClient()
  const [connection, onConnection] = useState<Connection>('connecting')
  useEffect(() => {
    const { refresh, stop } = refresher(queries, mode)
    const { queryKey } = newestEvents(mode)
    const end = stayConnected(mode, {
      onConnection,
      onOpen: (whole) => {
        if (!whole) void queries.invalidateQueries({ queryKey })
      },
      onEvent: (event) => {
        // Where nothing was read yet, this one alone would pass for all there are.
        queries.setQueryData(queryKey, (events) => events && withNewest(events, event))
        refresh()
      },
    })
    return () => {
      end()
      stop()
    }
  }, [mode, queries])
  return connection
}
