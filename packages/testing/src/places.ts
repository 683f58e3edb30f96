import { randomInt } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

// Below the ports that kernels give to outgoing connections (Linux from 32768, macOS from 49152), where any connection of
// any test could take a port that was found free before its server listens there.
const [portFirst, portLast] = [10_240, 32_767]

const listensOnce = (port: number) =>
  new Promise<boolean>((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })

// The UDP port of the same number is the claim: one process on this machine can have it, and its end frees it.
const claim = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = createSocket('udp4')
    socket.once('error', () => resolve(false))
    socket.bind({ port, address: '127.0.0.1', exclusive: true }, () => resolve(true))
    socket.unref()
  })

/** A free TCP port of 127.0.0.1, which nobody else who asks here gets until this process ends. */
export const freePort = async (): Promise<number> => {
  for (let tries = 0; tries < 1_000; tries++) {
    const port = randomInt(portFirst, portLast + 1)
    if ((await claim(port)) && (await listensOnce(port))) return port
  }
  throw new Error(`no free port was found between ${portFirst} and ${portLast}`)
}

export interface TemporaryDirectory extends AsyncDisposable {
  path: string
  remove(): Promise<void>
}

/** A fresh directory, removed with all it holds by `remove()` or at the end of an `await using` block. */
export const temporaryDirectory = async (): Promise<TemporaryDirectory> => {
  const path = await mkdtemp(join(tmpdir(), 'micro-test-'))
  const remove = () => rm(path, { recursive: true, force: true, maxRetries: 3 })
  return { path, remove, [Symbol.asyncDispose]: remove }
}
