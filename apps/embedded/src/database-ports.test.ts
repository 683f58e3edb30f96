import { connect, createServer, type AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { openDatabasePort, originalPorts } from './database-ports.ts'

const listening = async (port: number, answer: string) => {
  const server = createServer((socket) => socket.on('error', () => {}).end(answer)).listen(port, '127.0.0.1')
  await new Promise((resolve, reject) => server.once('listening', resolve).once('error', reject))
  return { port: (server.address() as AddressInfo).port, close: () => new Promise((resolve) => server.close(resolve)) }
}

const readFrom = (port: number): Promise<string> =>
  new Promise((resolve, reject) => {
    let text = ''
    connect({ host: '127.0.0.1', port })
      .setEncoding('utf8')
      .on('data', (part: string) => (text += part))
      .on('end', () => resolve(text))
      .on('error', reject)
  })

// One test for both: they need the same fixed port, which something else on the machine may hold.
test('the original port leads to the database while it can, and says so when the port is taken', async () => {
  const target = await listening(0, 'from postgres')
  const holder = await listening(originalPorts.events, 'someone else').catch(() => undefined)
  expect(await openDatabasePort('events', () => target)).toBeUndefined()
  await holder?.close()
  const opened = holder === undefined ? undefined : await openDatabasePort('events', () => target)
  if (opened !== undefined) {
    expect(await readFrom(opened.port)).toBe('from postgres')
    await opened.close()
    await expect(readFrom(opened.port)).rejects.toThrow(/ECONNREFUSED/)
  }
  await target.close()
})
