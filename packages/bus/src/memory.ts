import type { Bus } from './bus.ts'

type Handler = (message: never) => void

/** The bus of a single process. Handlers run on a later tick, in order of publishing, as with a real broker. */
export const memoryBus = <Messages extends object>({
  onError,
}: {
  onError: (error: unknown) => void
}): Bus<Messages> => {
  const handlers = new Map<string, Set<Handler>>()
  let open = true

  const deliver = (topic: string, message: unknown): void => {
    if (!open) return
    for (const handler of [...(handlers.get(topic) ?? [])]) {
      try {
        handler(message as never)
      } catch (error) {
        onError(error)
      }
    }
  }

  return {
    publish(topic, message) {
      if (open && handlers.has(topic)) setImmediate(deliver, topic, message)
    },
    subscribe(topic, handler) {
      const topicHandlers = handlers.get(topic) ?? new Set<Handler>()
      handlers.set(topic, topicHandlers.add(handler))
      return () => {
        topicHandlers.delete(handler)
      }
    },
    status: () => (open ? 'ready' : 'closed'),
    close() {
      open = false
      handlers.clear()
      return Promise.resolve()
    },
  }
}
