import type { Event, Mode } from '@micro/contracts'
import { useQueryClient, type QueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { mayDiffer, toldOf } from '../payments/told.ts'
import { newestEvents, withNewest } from './live.data.ts'
import { stayConnected, type Connection } from './stay-connected.ts'

/** How often it is read anew at most, in milliseconds. */
export const refreshMs = 3_000

/**
 * Has what is shown read anew, at once but no more often than every few seconds: a shop that sells a lot would otherwise
 * use up the requests that its viewer may make.
 */
export const refresher = (queries: QueryClient, mode: Mode) => {
  let timer: ReturnType<typeof setTimeout> | undefined
  let asked = false
  let told = new Set<string>()
  const refresh = (): void => {
    asked = timer !== undefined
    if (asked) return
    const anew = { mode, told }
    for (const kept of ['payments', 'balance', 'ledger', 'webhooks'])
      void queries.invalidateQueries({
        queryKey: [kept, mode],
        predicate: (query) => mayDiffer(query, anew),
      })
    told = new Set()
    timer = setTimeout(() => {
      timer = undefined
      if (asked) refresh()
    }, refreshMs)
  }
  return {
    refresh: (event: Event): void => {
      for (const id of toldOf(event)) told.add(id)
      refresh()
    },
    stop: () => clearTimeout(timer),
  }
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
        refresh(event)
      },
    })
    return () => {
      end()
      stop()
    }
  }, [mode, queries])
  return connection
}
