import type { ServerResponse } from 'node:http'

/** The answers under way, so that draining can wait for them. */
export const createInFlight = () => {
  const open = new Set<ServerResponse>()
  let wake = (): void => {}

  return {
    add(response: ServerResponse): void {
      open.add(response)
      response.once('close', () => {
        open.delete(response)
        if (open.size === 0) wake()
      })
    },
    /** Tells each client on its answer under way not to send another request on this connection. */
    sayClose(): void {
      for (const response of open) if (!response.headersSent) response.setHeader('connection', 'close')
    },
    /** Resolves when none is left, or after `msMax`. */
    async settled(msMax: number): Promise<void> {
      if (open.size === 0) return
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, msMax)
        wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    },
  }
}
