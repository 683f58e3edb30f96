import type { ClientFrame, ServerFrame } from '@micro/contracts'
import WebSocket from 'ws'

export interface Listener {
  socket: WebSocket
  frames: ServerFrame[]
  events: () => { seq: number; type: string; id: string }[]
  /** The close code, once the server ends it. */
  closed: Promise<number>
}

/** Opens a stream and follows it from a cursor, acknowledging all; resolves when it is ready, or is closed instead. */
export const openListener = (
  baseUrl: string,
  headers: Record<string, string>,
  resume: Omit<Extract<ClientFrame, { type: 'resume' }>, 'type'> = { after: null },
): Promise<Listener> =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(`${baseUrl.replace('http', 'ws')}/ws`, { headers })
    const frames: ServerFrame[] = []
    const send = (frame: ClientFrame): void => socket.send(JSON.stringify(frame))
    const events = () =>
      frames.flatMap((frame) =>
        frame.type === 'event' ? [{ seq: frame.seq, type: frame.event.type, id: frame.event.id }] : [],
      )
    const closed = new Promise<number>((end) => socket.on('close', end))
    const listener = { socket, frames, events, closed }
    socket.on('message', (data: Buffer) => {
      const frame = JSON.parse(data.toString()) as ServerFrame
      frames.push(frame)
      if (frame.type === 'hello') send({ type: 'resume', ...resume })
      if (frame.type === 'event') send({ type: 'ack', seq: frame.seq })
      if (frame.type === 'ready') resolve(listener)
    })
    socket.on('close', () => resolve(listener))
    socket.on('unexpected-response', (_request, response) => reject(new Error(`refused with ${response.statusCode}`)))
    socket.on('error', reject)
  })
