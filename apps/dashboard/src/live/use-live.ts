import type { Mode } from '@micro/contracts'
import { useQueryClient, type QueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { newestEvents, withNewest } from './live.data.ts'
import { createRefresher } from './refresher.ts'
import { stayConnected, type Connection } from './stay-connected.ts'

/** Has what is shown read anew: lists at once, and figures when those before have come. */
const refreshers = (queries: QueryClient, mode: Mode) => {
  const read = (...names: string[]) =>
    Promise.all(names.map((name) => queries.invalidateQueries({ queryKey: [name, mode] })))
  const both = [
    createRefresher(async () => void read('payments', 'balance', 'ledger', 'webhooks')),
    createRefresher(() => read('figures')),
  ]
  return {
    refresh: () => both.forEach(({ refresh }) => refresh()),
    stop: () => both.forEach(({ stop }) => stop()),
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
