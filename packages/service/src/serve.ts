import { createServer, type ServerResponse } from 'node:http'
import { createDoor, type DoorOptions } from './door.ts'
import { listenOn } from './listen.ts'

const headerBytesMax = 16 * 1024
/** Longer than the gateway keeps its connections, so that none is closed while a request is on its way. */
const keepAliveMs = 65_000

export interface Served {
  readonly host: string
  readonly port: number
  /** Takes no more requests, lets those under way finish (up to `drainMs`), then stops the service. */
  stop(): Promise<void>
}

/** Starts a service on a server of its own. Port 0 takes any free one. @throws ListenError */
export const serve = async (
  options: DoorOptions & { readonly host: string; readonly port: number; readonly drainMs: number },
): Promise<Served> => {
  const { service, drainMs } = options
  const answer = createDoor(options)
  const open = new Set<ServerResponse>()
  let draining = false

  const server = createServer(
    {
      maxHeaderSize: headerBytesMax,
      headersTimeout: 10_000,
      requestTimeout: 30_000,
      keepAliveTimeout: keepAliveMs,
      connectionsCheckingInterval: 2_000,
      insecureHTTPParser: false,
      joinDuplicateHeaders: true,
    },
    (request, response) => {
      open.add(response)
      if (draining) response.setHeader('connection', 'close')
      response.once('close', () => {
        open.delete(response)
        if (draining) server.closeIdleConnections()
      })
      void answer(request, response)
    },
  )

  const drain = async (): Promise<void> => {
    draining = true
    service.drain()
    const closed = new Promise<void>((resolve) => server.close(() => resolve()))
    for (const response of open) if (!response.headersSent) response.setHeader('connection', 'close')
    const timer = setTimeout(() => server.closeAllConnections(), drainMs)
    await closed
    clearTimeout(timer)
    await service.stop()
  }

  await service.start()
  try {
    const { address, port } = await listenOn(server, options)
    server.on('error', (error) => options.log.error({ err: error }, 'server.failed'))
    return { host: address, port, stop: drain }
  } catch (error) {
    await service.stop()
    throw error
  }
}
