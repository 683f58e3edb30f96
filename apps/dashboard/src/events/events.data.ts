import type { eventsApi, Mode } from '@micro/contracts'
import { queryOptions } from '@tanstack/react-query'
import { call } from '../api/call.ts'
import { startingAfter } from '../api/paged.ts'
import type { EventFilters } from './event-filters.ts'

type Events = typeof eventsApi

/** One page of events, newest first. */
export const eventsPage = (mode: Mode, { type, related, after }: EventFilters) =>
  queryOptions({
    queryKey: ['events', mode, 'page', type, related, after],
    queryFn: ({ signal }) => {
      const query = {
        limit: 25,
        ...(type === undefined ? {} : { type }),
        ...(related === undefined ? {} : { related_object: related }),
        ...startingAfter(after),
      }
      return call<Events['listEvents']>('GET /v1/events', { query, mode, signal })
    },
    // The first one is told what is new, and others do not change: read anew it would jump under its reader.
    staleTime: Infinity,
  })

/** One event. It never changes, but for how many endpoints still wait for it. */
export const oneEvent = (mode: Mode, id: string) =>
  queryOptions({
    queryKey: ['events', mode, 'one', id],
    queryFn: ({ signal }) => call<Events['retrieveEvent']>('GET /v1/events/:id', { params: { id }, mode, signal }),
  })
