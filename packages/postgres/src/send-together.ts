import type { PoolClient } from 'pg'

const held = new WeakSet<object>()

/**
 * Holds back what is sent on this connection until the current turn of the event loop ends, so that it leaves in one
 * packet. The driver writes each statement by itself, and each write costs a system call and wakes the server once.
 */
export const sendTogether = ({ connection: { stream } }: PoolClient): void => {
  if (held.has(stream)) return
  held.add(stream)
  stream.cork()
  process.nextTick(() => {
    held.delete(stream)
    stream.uncork()
  })
}
