import { expect, test } from 'vitest'
import { streamMessages, type StreamMessage } from './event-stream.ts'

const read = async (...chunks: string[]): Promise<StreamMessage[]> => {
  const encoder = new TextEncoder()
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(encoder.encode(chunk))
      controller.close()
    },
  })
  const messages: StreamMessage[] = []
  for await (const message of streamMessages(body)) messages.push(message)
  return messages
}

const first = { id: '7-evt_a', name: 'message', data: '{"id":"evt_a"}' }

test('messages come whole, wherever the network cut them', async () => {
  const text = 'id: 7-evt_a\ndata: {"id":"evt_a"}\n\nevent: error\ndata: {"code":"slow"}\n\n'
  const want = [first, { id: undefined, name: 'error', data: '{"code":"slow"}' }]
  expect(await read(text)).toEqual(want)
  expect(await read(...text)).toEqual(want)
})

test('comments and half a message at the end are nothing', async () =>
  expect(await read(': \n\n', 'id: 7-evt_a\ndata: {"id":"evt_a"}\n\n: \n\nid: 8\nda')).toEqual([first]))
