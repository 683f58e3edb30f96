import type { ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'

/** The answers under way on each socket: one, or several where a client sends ahead. */
export const createUnderWay = () => {
  const answers = new WeakMap<Duplex, Set<ServerResponse>>()
  const ending = new WeakSet<Duplex>()

  const closed = (response: ServerResponse): Promise<void> =>
    new Promise((resolve) => response.once('close', () => resolve()))

  return {
    add(socket: Duplex, response: ServerResponse): void {
      const open = answers.get(socket) ?? new Set()
      answers.set(socket, open.add(response))
      response.once('close', () => open.delete(response))
    },
    /**
     * Ends a socket on which malformed bytes arrived, once the requests that arrived whole before them are answered: a
     * complaint in their place would deny what they have done. False when there are none, and complaining is right.
     */
    endAfterWhole(socket: Duplex): boolean {
      if (ending.has(socket)) return true
      const open = [...(answers.get(socket) ?? [])]
      const whole = open.filter((response) => response.req.complete || response.headersSent)
      const last = whole.at(-1)
      if (last === undefined) return false
      ending.add(socket)
      if (!last.headersSent) last.setHeader('connection', 'close')
      void Promise.all(whole.map(closed)).then(() => socket.end(() => socket.destroy()))
      return true
    },
  }
}
