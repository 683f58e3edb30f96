export { createClient, type CallInput, type Client, type Transport } from './client.ts'
export { ApiError, ConnectionError, httpTransport } from './http.ts'
export { checkReady, internalTransport, type InternalTransportOptions } from './internal.ts'
export { localTransport, type Executes } from './local.ts'
