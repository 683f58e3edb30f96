import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryDirectory, type TemporaryDirectory } from '@micro/testing'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { inProcess } from '../in-process.fixture.ts'
import { startOf } from '../running/processes.ts'

let home: TemporaryDirectory
let child: ChildProcess
beforeEach(async () => {
  home = await temporaryDirectory()
  child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000); console.log("up")'], { stdio: 'pipe' })
  await once(child.stdout ?? child, 'data')
})
afterEach(async () => {
  vi.restoreAllMocks()
  child.kill('SIGKILL')
  await home.remove()
})

const down = (...args: string[]) => inProcess(['down', '--data-dir', home.path, ...args])
const lock = (number: number, holder: object) => writeFile(join(home.path, `lock.${number}`), JSON.stringify(holder))
const pid = () => child.pid ?? 0
const isOver = () => child.exitCode !== null || child.signalCode !== null

test('the process that holds the data directory is asked to end, and awaited', async () => {
  await lock(1, { pid: 0, started: '' })
  await lock(2, { pid: pid(), started: startOf(pid()) })
  const ended = once(child, 'exit')
  expect(await down()).toMatchObject({ code: 0, stdout: `Stopped. The data stays in ${home.path}.\n` })
  expect(await ended).toEqual([null, 'SIGTERM'])
})

test('a process that only has the number of one that ended long ago is left alone', async () => {
  await lock(1, { pid: pid(), started: 'another-boot:123' })
  expect(await down('--json')).toMatchObject({ code: 0, stdout: '{\n  "stopped": false,\n  "pid": null\n}\n' })
  expect(isOver()).toBe(false)
})

test('where the system does not tell when it started, a number alone ends nothing', async () => {
  // As on a machine without /proc, where both sides know nothing.
  const { makeSure } = await import('./sure.ts')
  await expect(makeSure({ version: '1' }, home.path, { pid: pid(), started: '' })).rejects.toThrow(
    `Process ${pid()} may be another program by now. If it is Micro: kill ${pid()}`,
  )
  expect(isOver()).toBe(false)
})

test.skipIf(process.getuid === undefined)('what another user wrote ends none of our processes', async () => {
  await lock(1, { pid: pid(), started: startOf(pid()) })
  const user = process.getuid?.() ?? 0
  vi.spyOn(process, 'getuid').mockReturnValue(user + 1)
  expect(await down()).toMatchObject({ code: 1, stderr: expect.stringContaining('belongs to another user') })
  expect(isOver()).toBe(false)
})

test('a lock that tells no start, and an address elsewhere that answers for it, end nothing', async () => {
  await lock(1, { pid: pid(), started: '' })
  const instance = { pid: pid(), gateway_url: 'http://micro.example:8080', databases: {} }
  await writeFile(join(home.path, 'instance.json'), JSON.stringify(instance))
  expect(await down()).toMatchObject({ code: 1, stderr: expect.stringContaining('names no gateway of this machine') })
  expect(isOver()).toBe(false)
})

for (const [name, text] of [
  ['no lock', undefined],
  ['a lock that was given back', '{"pid":0,"started":""}'],
  ['half a lock', '{"pid":'],
] as const)
  test(`${name} means that nothing runs, which is no failure`, async () => {
    if (text !== undefined) await writeFile(join(home.path, 'lock.1'), text)
    expect(await down()).toEqual({
      code: 0,
      stdout: `No Micro is running on the data directory ${home.path}.\n`,
      stderr: '',
    })
  })
