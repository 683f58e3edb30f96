import type { Mode } from '@micro/contracts'
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, type RefObject } from 'react'
import { isRead } from '../live/is-read.ts'
import { newestEvents } from '../live/live.data.ts'
import { arrivedSince, withArrived } from './arrivals.ts'
import type { EventFilters } from './event-filters.ts'
import { eventsPage } from './events.data.ts'

/**
 * A page of events. What arrives comes on top of the first one at once, unless somebody reads it: then it waits, and `letIn`
 * shows it.
 */
export const useEventList = (mode: Mode, filters: EventFilters, list: RefObject<HTMLElement | null>) => {
  const queries = useQueryClient()
  const isFirst = filters.after === undefined
  const options = eventsPage(mode, filters)
  const page = useQuery({ ...options, placeholderData: keepPreviousData })
  const { data: newest } = useQuery({ ...newestEvents(mode), enabled: isFirst })
  const { events: waiting, adjoin } =
    isFirst && newest !== undefined && page.data !== undefined && !page.isPlaceholderData
      ? arrivedSince(page.data.data, { newest, filters })
      : { events: [], adjoin: true }
  const letIn = (): void => {
    if (adjoin) queries.setQueryData(options.queryKey, (shown) => shown && withArrived(shown, waiting))
    else void page.refetch()
  }
  const arrive = useRef(letIn)
  arrive.current = letIn
  const first = waiting[0]?.id
  useEffect(() => {
    if (first !== undefined && list.current !== null && !isRead(list.current)) arrive.current()
  }, [first, list])
  return { page, waiting: waiting.length, letIn }
}
