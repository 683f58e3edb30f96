import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Why a server could not start listening, in a sentence for the person who started it. */
export class ListenError extends Error {
  override name = 'ListenError'
  readonly code: 'port_taken' | 'port_forbidden' | 'address_unavailable' | 'unknown'
  readonly host: string
  readonly port: number

  constructor(code: ListenError['code'], { host, port, cause }: { host: string; port: number; cause: Error }) {
    const texts = {
      port_taken: `Port ${port} on ${host} is taken by another program.`,
      port_forbidden: `This user may not listen on port ${port}; take one above 1023.`,
      address_unavailable: `${host} is not an address of this machine.`,
      unknown: `Cannot listen on ${host}:${port}: ${cause.message}.`,
    }
    super(texts[code], { cause })
    this.code = code
    this.host = host
    this.port = port
  }
}

const listenCodes: Readonly<Record<string, ListenError['code']>> = {
  EADDRINUSE: 'port_taken',
  EACCES: 'port_forbidden',
  EADDRNOTAVAIL: 'address_unavailable',
  ENOTFOUND: 'address_unavailable',
}

/** Starts listening. @throws ListenError */
export const listenOn = (server: Server, { host, port }: { host: string; port: number }): Promise<AddressInfo> =>
  new Promise((resolve, reject) => {
    const fail = (cause: NodeJS.ErrnoException): void => {
      reject(new ListenError(listenCodes[cause.code ?? ''] ?? 'unknown', { host, port, cause }))
    }
    server.once('error', fail)
    server.listen({ host, port }, () => {
      server.off('error', fail)
      resolve(server.address() as AddressInfo)
    })
  })
