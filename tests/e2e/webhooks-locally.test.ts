import { readFile, symlink, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { eventually } from '@micro/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newMerchant } from './api.ts'
import { microProgram, root, start, temporaryDirectory, type Running } from './harness.ts'
import { openPlatform, type Platform } from './platform.ts'

let platform: Platform
beforeAll(async () => {
  platform = await openPlatform()
})
afterAll(() => platform?.stop())

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

test('who follows the guide in three terminals sees a signed event arrive, and one that is not signed refused', async () => {
  const guide = await readFile(join(root, 'docs/guides/webhooks-locally.md'), 'utf8')
  const blocks = (language: string): string[] =>
    [...guide.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, 'gm'))].map(([, block]) => block ?? '')
  const [program = ''] = blocks('js')
  const [serve = '', listen = '', trigger = ''] = blocks('bash')
  const { key } = await newMerchant(platform.url)
  const cwd = await temporaryDirectory()
  // What `npm install stripe` brings.
  await symlink(join(root, 'node_modules'), join(cwd, 'node_modules'))
  await writeFile(join(cwd, 'server.mjs'), program)
  const port = await freePort()
  const env = { MICRO_GATEWAY_URL: platform.url, MICRO_API_KEY: key, MICRO_CONFIG: join(cwd, 'none.yaml') }
  const terminals: Running[] = []
  const terminal = (block: string): Running => {
    // The command takes the place of its shell, so that it is what ends with the terminal.
    const command = `exec env ${block.replaceAll('micro ', `${microProgram} `).replaceAll('4242', String(port))}`
    const running = start('bash', ['-euo', 'pipefail', '-c', command], { cwd, env: { ...env, PORT: String(port) } })
    terminals.push(running)
    return running
  }
  try {
    const server = terminal(serve)
    const address = `http://127.0.0.1:${port}/webhook`
    const forged = await eventually(() => fetch(address, { method: 'POST', body: '{}' }), { timeoutMs: 60_000 })
    expect(forged.status).toBe(400)

    const listening = terminal(listen)
    await eventually(() => expect(listening.stdout() + listening.stderr()).toContain('Ready!'), { timeoutMs: 60_000 })
    expect((await terminal(trigger).ended).code).toBe(0)
    for (const type of ['payment_intent.created pi_', 'charge.succeeded ch_', 'payment_intent.succeeded pi_'])
      await eventually(() => expect(server.stdout()).toContain(type), { timeoutMs: 60_000 })
    await eventually(() => expect(listening.stdout()).toMatch(/<-- {1,2}\[200\]/), { timeoutMs: 60_000 })
  } finally {
    for (const { child } of terminals) child.kill()
    await Promise.all(terminals.map(({ ended }) => ended))
  }
})
