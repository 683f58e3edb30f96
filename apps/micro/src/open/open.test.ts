import { chmod, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { eventually, temporaryDirectory, type TemporaryDirectory } from '@micro/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { runCli } from '../cli.fixture.ts'
import { httpServer } from '../gateway.fixture.ts'
import { health } from '../health.fixture.ts'

let home: TemporaryDirectory
beforeEach(async () => {
  home = await temporaryDirectory()
})
afterEach(() => home.remove())

const answering = () => httpServer(() => ({ status: 200, body: health() }))

test('without a screen the address is printed', async () => {
  await using server = await answering()
  const { code, stdout, stderr } = await runCli(['open', '--gateway-url', server.url], { home: home.path })
  expect([code, stdout]).toEqual([0, `${server.url}\n`])
  expect(stderr).toContain('There is no browser to open here')
})

test.runIf(process.platform === 'linux')('with one it is opened', async () => {
  await using server = await answering()
  const opened = join(home.path, 'opened')
  await writeFile(join(home.path, 'xdg-open'), `#!/bin/sh\necho "$1" >'${opened}'\n`)
  await chmod(join(home.path, 'xdg-open'), 0o755)
  const env = { DISPLAY: ':0', PATH: `${home.path}:/usr/bin:/bin` }
  expect(await runCli(['open', '--gateway-url', server.url], { home: home.path, env })).toEqual({
    code: 0,
    stdout: `${server.url}\n`,
    stderr: '',
  })
  await eventually(async () => expect(await readFile(opened, 'utf8')).toBe(`${server.url}\n`))
})

test('an address where nothing answers is not opened', async () => {
  const { code, stdout } = await runCli(['open', '--gateway-url', 'http://127.0.0.1:1'], { home: home.path })
  expect([code, stdout]).toEqual([6, ''])
})
