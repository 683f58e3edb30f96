import type { Mode, RequestLog } from '@micro/contracts'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useEffect, useState, type RefObject } from 'react'
import { isRead } from '../live/is-read.ts'
import { arrived } from './figures.ts'
import type { RequestSearch } from './request-filters.ts'
import { requestsPage } from './requests.data.ts'

interface Page {
  readonly data: RequestLog[]
  readonly has_more: boolean
}

/**
 * A page of the request log. What arrives comes on top of the first one at once, unless somebody reads it: then it waits,
 * and `letIn` shows it.
 */
export const useRequestList = (mode: Mode, search: RequestSearch, list: RefObject<HTMLElement | null>) => {
  const page = useQuery({ ...requestsPage(mode, search), placeholderData: keepPreviousData })
  const key = JSON.stringify([mode, search])
  const [held, setHeld] = useState<{ readonly key: string; readonly page: Page }>()
  const fresh = page.isPlaceholderData ? undefined : page.data
  const shown = held?.key === key ? held.page : undefined
  const letIn = (): void => {
    if (fresh !== undefined) setHeld({ key, page: fresh })
  }
  useEffect(() => {
    if (fresh === undefined || shown === fresh) return
    if (shown === undefined || list.current === null || !isRead(list.current)) setHeld({ key, page: fresh })
  }, [fresh, shown, key, list])
  const waiting = shown === undefined || fresh === undefined ? 0 : arrived(shown.data, fresh.data)
  return { page: { ...page, data: shown ?? page.data }, waiting, letIn }
}
