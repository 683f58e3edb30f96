import { createServer, type AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { checkPort } from './port-check.ts'
import { StartError } from './start-error.ts'

test('a free port passes and is free again afterwards', async () => {
  await checkPort({ host: '127.0.0.1', port: 0 })
})

test('a taken port is told in one sentence that names it and the flag', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  const check = checkPort({ host: '127.0.0.1', port })
  await expect(check).rejects.toThrow(StartError)
  await expect(check).rejects.toThrow(
    `Port 127.0.0.1:${port} is in use by another program. Stop it, or choose another port with --port.`,
  )
  server.close()
})

test('an address of another machine is told as such', async () => {
  await expect(checkPort({ host: '192.0.2.1', port: 0 })).rejects.toThrow('Choose another with --host')
})
