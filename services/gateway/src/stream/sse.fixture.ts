import { request, type IncomingMessage } from 'node:http'

export interface SseClient {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly response: IncomingMessage
  /** What came, read as a browser does. */
  readonly events: { readonly id: string; readonly type: string; readonly data: string }[]
  readonly comments: string[]
  /** What a browser sends when it comes back. */
  lastEventId(): string
  /** In how many ms it comes back. */
  retryMs(): number | undefined
  /** The ids of the events received. */
  ids(): string[]
  /** All that came, of an answer that is no stream. */
  text(): string
  readonly closed: Promise<void>
  leave(): void
}

/** Reads server-sent events as the HTML standard says; what is not whole yet waits. */
const createReader = (onEvent: (id: string, type: string) => void) => {
  const events: SseClient['events'] = []
  const comments: string[] = []
  let rest = ''
  let lastId = ''
  let retryMs: number | undefined
  let data: string[] = []
  let type = 'message'

  const dispatch = (): void => {
    if (data.length > 0) {
      events.push({ id: lastId, type, data: data.join('\n') })
      onEvent(lastId, type)
    }
    data = []
    type = 'message'
  }
  const field = (line: string): void => {
    const [, name = '', value = ''] = /^([^:]*)(?:: ?(.*))?$/.exec(line) ?? []
    if (name === '') comments.push(value)
    if (name === 'id') lastId = value
    if (name === 'event') type = value
    if (name === 'data') data.push(value)
    if (name === 'retry') retryMs = Number(value)
  }
  return {
    events,
    comments,
    lastId: () => lastId,
    retryMs: () => retryMs,
    take(chunk: string): void {
      const lines = (rest + chunk).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) {
        if (line === '') dispatch()
        else field(line)
      }
    },
  }
}

/** Asks for the stream of events; resolves with the head of the answer, whatever it is. */
export const openSse = (
  url: string,
  key: string | undefined,
  options: {
    query?: string
    lastEventId?: string
    headers?: Record<string, string>
    method?: string
    onEvent?: (id: string, type: string) => void
  } = {},
): Promise<SseClient> =>
  new Promise((resolve, reject) => {
    const outgoing = request(`${url}/v1/events/stream${options.query ?? ''}`, {
      agent: false,
      method: options.method ?? 'GET',
      headers: {
        accept: 'text/event-stream',
        ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
        ...(options.lastEventId === undefined ? {} : { 'last-event-id': options.lastEventId }),
        ...options.headers,
      },
    })
    outgoing.on('error', reject)
    outgoing.on('response', (response) => {
      const reader = createReader(options.onEvent ?? (() => {}))
      let text = ''
      const isStream = response.headers['content-type']?.startsWith('text/event-stream') === true
      response.setEncoding('utf8').on('data', (chunk: string) => {
        if (isStream) reader.take(chunk)
        else text += chunk
      })
      response.on('error', () => {})
      const closed = new Promise<void>((done) => response.once('close', () => done()))
      resolve({
        status: response.statusCode ?? 0,
        headers: response.headers,
        response,
        events: reader.events,
        comments: reader.comments,
        lastEventId: reader.lastId,
        retryMs: reader.retryMs,
        ids: () =>
          reader.events
            .filter(({ type }) => type === 'message')
            .map(({ data }) => (JSON.parse(data) as { id: string }).id),
        text: () => text,
        closed,
        leave: () => void outgoing.destroy(),
      })
    })
    outgoing.end()
  })

/** The error of an answer that is no stream, or of the event that ends one. */
export const errorOf = async (client: SseClient): Promise<{ code?: string; param?: string; message: string }> => {
  await client.closed
  const text = client.text() || (client.events.findLast(({ type }) => type === 'error')?.data ?? '{}')
  return (JSON.parse(text) as { error: { code?: string; message: string } }).error
}
