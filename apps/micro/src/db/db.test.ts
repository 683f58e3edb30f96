import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryDirectory, type TemporaryDirectory } from '@micro/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { runCli } from '../cli.fixture.ts'

let home: TemporaryDirectory
beforeEach(async () => {
  home = await temporaryDirectory()
})
afterEach(() => home.remove())

const url = 'postgres://user:password@localhost:5435/ledger'
const dbUrl = (...args: string[]) =>
  runCli(['db', 'url', 'ledger', '--data-dir', home.path, ...args], { home: home.path })
const write = (instance: unknown) =>
  writeFile(join(home.path, 'instance.json'), typeof instance === 'string' ? instance : JSON.stringify(instance))

test('the address of a running database is printed alone, or as JSON', async () => {
  await write({ pid: process.pid, gateway_url: 'http://127.0.0.1:8080', databases: { ledger: { url } } })
  expect(await dbUrl()).toEqual({ code: 0, stdout: `${url}\n`, stderr: '' })
  expect(JSON.parse((await dbUrl('--json')).stdout)).toEqual({ service: 'ledger', url })
})

for (const [name, instance] of [
  ['no instance', undefined],
  ['an instance whose process has ended', { pid: 999_999_999, databases: { ledger: { url } } }],
  ['half an instance', '{"pid":'],
] as const)
  test(`${name} is one sentence, exit code 1`, async () => {
    if (instance !== undefined) await write(instance)
    const { code, stdout, stderr } = await dbUrl()
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toBe(
      `Error: No Micro is running on the data directory ${home.path}. Start it with: micro up, or name another with --data-dir.\n`,
    )
  })
