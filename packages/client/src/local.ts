import type { Principal, Route } from '@micro/contracts'
import type { CallInput, Transport } from './client.ts'

/** What a service in the same process offers: its operations as plain calls. */
export interface Executes {
  execute(operation: string, principal: Principal, input: CallInput): Promise<unknown>
}

/** Calls a service of the same process: no socket, no serialising, the same validation and handlers. */
export const localTransport = (service: Executes, principal: Principal): Transport => ({
  execute: (operation: string, _route: Route, input: CallInput) => service.execute(operation, principal, input),
})
