import type { Event, Mode } from '@micro/contracts'
import { useQueryClient, type QueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { mayDiffer, toldOf } from '../payments/told.ts'
import { newestEvents, withNewest } from './live.data.ts'
import { createRefresher } from './refresher.ts'
import { stayConnected, type Connection } from './stay-connected.ts'

/** Has what is shown read anew: lists at once, and figures when those before have come. */
export const refreshers = (queries: QueryClient, mode: Mode) => {
  let told = new Set<string>()
  const lists = createRefresher(async () => {
    const anew = { mode, told }
    told = new Set()
    for (const kept of ['payments', 'balance', 'ledger', 'webhooks'])
      void queries.invalidateQueries({ queryKey: [kept, mode], predicate: (query) => mayDiffer(query, anew) })
  })
  const figures = createRefresher(() => queries.invalidateQueries({ queryKey: ['figures', mode] }))
  return {
    refresh: (event: Event): void => {
      for (const id of toldOf(event)) told.add(id)
      for (const { refresh } of [lists, figures]) refresh()
    },
    stop: (): void => {
      for (const { stop } of [lists, figures]) stop()
    },
  }
}

/** Follows what happens, and tells all that is shown of it. */
export const useLive = (mode: Mode): Connection => {
  const queries = useQueryClient()
  const [connection, onConnection] = useState<Connection>('connecting')
  useEffect(() => {
    const { refresh, stop } = refreshers(queries, mode)
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
