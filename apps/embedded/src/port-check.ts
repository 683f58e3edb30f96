import { createServer } from 'node:net'
import { StartError } from './start-error.ts'

const reasons: Readonly<Record<string, (at: string) => string>> = {
  EADDRINUSE: (at) => `Port ${at} is in use by another program. Stop it, or choose another port with --port.`,
  EACCES: (at) => `This user may not listen on port ${at}. Choose a port from 1024 up with --port.`,
  EADDRNOTAVAIL: (at) => `The address of ${at} is not one of this machine. Choose another with --host.`,
  ENOTFOUND: (at) => `The host of ${at} is unknown. Choose another with --host.`,
}

/** Tells in one sentence why the gateway will not be able to listen, before anything is started. @throws StartError */
export const checkPort = ({ host, port }: { host: string; port: number }): Promise<void> =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => {
      const sentence = reasons[error.code ?? '']?.(`${host}:${port}`) ?? error.message
      reject(new StartError(sentence, { cause: error }))
    })
    server.listen({ host, port }, () => server.close(() => resolve()))
  })
