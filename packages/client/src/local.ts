import type { Principal, Route } from '@micro/contracts'
import type { CallInput, Transport } from './client.ts'
import type { StreamInput, StreamTransport } from './streams.ts'

/** What a service in the same process offers: its operations as plain calls. */
export interface Executes {
  execute(operation: string, principal: Principal, input: StreamInput & { accepts?: 'ndjson' }): Promise<unknown>
}

/** Calls a service of the same process: no socket, no serialising, the same validation and handlers. */
export const localTransport = (service: Executes, principal: Principal): Transport & StreamTransport => ({
  execute: (operation: string, _route: Route, input: CallInput) => service.execute(operation, principal, input),
  async *lines(operation: string, _route: Route, input: StreamInput) {
    const lines = (await service.execute(operation, principal, { ...input, accepts: 'ndjson' })) as AsyncIterable<
      object | readonly object[]
    >
    for await (const some of lines)
      if (Array.isArray(some)) yield* some as object[]
      else yield some
  },
})
