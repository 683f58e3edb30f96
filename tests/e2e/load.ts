import type { Agent } from 'node:http'
import { request } from 'node:http'

/** What became of one request: its status, or why there is none. */
export type Outcome = number | string

const once = (agent: Agent, url: string, headers: Record<string, string>): Promise<Outcome> =>
  new Promise((resolve) => {
    const outgoing = request(url, { agent, headers }, (response) => {
      response.resume()
      response.once('end', () => resolve(response.statusCode ?? 0))
      response.once('error', (error) => resolve(`cut while answering: ${error.message}`))
    })
    outgoing.once('error', (error: NodeJS.ErrnoException) =>
      // Never accepted: nobody listens any more, the kept connection was closed before this was sent on it, or it was still
      // in the queue of the door when that was shut. One that was accepted and dropped is `aborted` in the server's log.
      resolve(
        ['ECONNREFUSED', 'ECONNRESET'].includes(error.code ?? '') || outgoing.reusedSocket
          ? 'not accepted'
          : `failed: ${error.message}`,
      ),
    )
    outgoing.end()
  })

/** Clients that each ask again as soon as they are answered, until told to stop. */
export const steadyLoad = (options: {
  agent: Agent
  url: string
  headers: Record<string, string>
  clients: number
}) => {
  const outcomes: Outcome[] = []
  let stopped = false
  const client = async (): Promise<void> => {
    while (!stopped) {
      const outcome = await once(options.agent, options.url, options.headers)
      outcomes.push(outcome)
      if (outcome === 'not accepted') return
    }
  }
  const clients = Promise.all(Array.from({ length: options.clients }, client))
  return {
    outcomes,
    async stop(): Promise<void> {
      stopped = true
      await clients
    },
  }
}
