import { networkInterfaces } from 'node:os'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryDirectory, type TemporaryDirectory } from '@micro/testing'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { findInstance } from './instance.ts'

let home: TemporaryDirectory
beforeEach(async () => {
  home = await temporaryDirectory()
})
afterEach(async () => {
  vi.restoreAllMocks()
  await home.remove()
})

const write = (gateway_url: unknown) =>
  writeFile(join(home.path, 'instance.json'), JSON.stringify({ pid: process.pid, gateway_url, databases: {} }))

for (const url of [
  'http://evil.example:8080',
  'http://127.0.0.1.evil.example',
  'http://user:password@127.0.0.1:8080',
  'file:///etc/passwd',
  'javascript:alert(1)',
  '-a Calculator',
  8080,
])
  test(`a folder cannot have ${url} opened or called`, async () => {
    await write(url)
    await expect(findInstance(home.path)).rejects.toThrow('names no gateway of this machine')
  })

test('what no address holds is written as an address does', async () => {
  await write('http://127.0.0.1:8080/" & calc')
  expect(await findInstance(home.path)).toMatchObject({ gateway_url: 'http://127.0.0.1:8080/%22%20&%20calc' })
})

test('loopback and the addresses of this machine are its own', async () => {
  const addresses = Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map(({ address }) => address))
  for (const host of ['127.0.0.1', 'localhost', '[::1]', ...addresses.filter((each) => !each.includes(':'))]) {
    await write(`http://${host}:8080`)
    expect(await findInstance(home.path)).toMatchObject({ gateway_url: `http://${host}:8080` })
  }
})

test.skipIf(process.getuid === undefined)('what another user wrote is not believed', async () => {
  await write('http://127.0.0.1:8080')
  const user = process.getuid?.() ?? 0
  vi.spyOn(process, 'getuid').mockReturnValue(user + 1)
  await expect(findInstance(home.path)).rejects.toThrow(`${home.path} belongs to another user`)
})
