import { pieces } from '../api/pieces.ts'

/** One message of server-sent events. */
export interface StreamMessage {
  /** Where to go on behind it. */
  readonly id: string | undefined
  readonly name: string
  readonly data: string
}

const messageOf = (block: string): StreamMessage | undefined => {
  let id: string | undefined
  let name = 'message'
  const data: string[] = []
  for (const line of block.split('\n')) {
    const [, field, value = ''] = /^(\w+): ?(.*)$/.exec(line) ?? []
    if (field === 'data') data.push(value)
    else if (field === 'id') id = value
    else if (field === 'event') name = value
  }
  return data.length === 0 ? undefined : { id, name, data: data.join('\n') }
}

/** The messages of a stream, as they arrive; comments, which only keep it open, are left out. */
export async function* streamMessages(body: ReadableStream<Uint8Array>): AsyncGenerator<StreamMessage> {
  for await (const block of pieces(body, '\n\n')) {
    const message = messageOf(block)
    if (message !== undefined) yield message
  }
}
