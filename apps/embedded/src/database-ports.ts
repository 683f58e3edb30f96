import { createServer, connect, type Server, type Socket } from 'node:net'

/** Where the original system's databases were reached; each port stands for one database. */
export const originalPorts = { auth: 5433, payments: 5434, ledger: 5435, events: 5436 } as const

export interface DatabasePort {
  readonly service: keyof typeof originalPorts
  readonly port: number
  close(): Promise<void>
}

const relay = (client: Socket, target: { port: number }): void => {
  const server = connect({ host: '127.0.0.1', port: target.port })
  const end = () => {
    client.destroy()
    server.destroy()
  }
  client.on('error', end).on('close', end)
  server.on('error', end).on('close', end)
  client.pipe(server).pipe(client)
}

const listen = (server: Server, port: number): Promise<boolean> =>
  new Promise((resolve) => {
    server.once('error', () => resolve(false))
    server.listen({ host: '127.0.0.1', port }, () => resolve(true))
  })

/**
 * Lets a database answer at its original port too: one cluster has one port, so a small relay stands at each of the
 * others. PostgreSQL itself checks the password; the relay only carries bytes. Undefined when the port is taken.
 */
export const openDatabasePort = async (
  service: keyof typeof originalPorts,
  target: () => { port: number },
): Promise<DatabasePort | undefined> => {
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    sockets.add(client)
    client.on('close', () => sockets.delete(client))
    relay(client, target())
  })
  const port = originalPorts[service]
  if (!(await listen(server, port))) return undefined
  return {
    service,
    port,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy()
        server.close(() => resolve())
      }),
  }
}
