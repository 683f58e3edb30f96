import type { Event, eventsApi, Mode } from '@micro/contracts'
import { queryOptions } from '@tanstack/react-query'
import { ask, call } from '../api/call.ts'
import { streamMessages } from './event-stream.ts'

const keptMax = 30

/** The newest events; the live stream puts what comes before them. */
export const newestEvents = (mode: Mode) =>
  queryOptions({
    queryKey: ['events', mode, 'newest'],
    queryFn: async ({ signal }) => {
      const query = { limit: keptMax }
      return (await call<typeof eventsApi.listEvents>('GET /v1/events', { query, mode, signal })).data
    },
    staleTime: Infinity,
  })

/** With one more event in front, once, however often it is told. */
export const withNewest = (events: readonly Event[], event: Event): Event[] =>
  [event, ...events.filter(({ id }) => id !== event.id)].slice(0, keptMax)

/**
 * Follows events from now on, or from behind the last one that was told, until the stream ends. `onOpen` is called once
 * it has begun. @throws Refusal
 */
export const follow = async (
  { mode, since, signal }: { mode: Mode; since: string | undefined; signal: AbortSignal },
  { onOpen, onEvent }: { onOpen: () => void; onEvent: (event: Event, id: string | undefined) => void },
): Promise<void> => {
  const query = since === undefined ? '' : `?since=${encodeURIComponent(since)}`
  const headers = { accept: 'text/event-stream' }
  const { body } = await ask(`/v1/events/stream${query}`, { headers, signal }, mode)
  if (body === null) return
  onOpen()
  for await (const { id, name, data } of streamMessages(body))
    if (name !== 'error') onEvent(JSON.parse(data) as Event, id)
}
