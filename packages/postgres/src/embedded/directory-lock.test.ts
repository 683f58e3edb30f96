import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryDirectory, type TemporaryDirectory } from '@micro/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { DirectoryInUseError, lockDirectory } from './directory-lock.ts'

let directory: TemporaryDirectory

beforeEach(async () => {
  directory = await temporaryDirectory()
})
afterEach(() => directory.remove())

/** Another process that takes the lock and says what it got; it holds it until killed. */
const holder = async () => {
  const program = `
    import { lockDirectory } from ${JSON.stringify(new URL('directory-lock.ts', import.meta.url).href)}
    await lockDirectory(process.argv[1]).then(() => console.log('locked'), (error) => console.log(error.name))
    setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', program, directory.path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [said] = await once(child.stdout, 'data')
  const kill = async () => {
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  return { said: String(said).trim(), pid: child.pid, kill }
}

test('a second lock in the same process is refused until the first is released', async () => {
  const release = await lockDirectory(directory.path)
  await expect(lockDirectory(directory.path)).rejects.toMatchObject({ name: 'DirectoryInUseError', pid: process.pid })
  await release()
  await (
    await lockDirectory(directory.path)
  )()
  expect(await readdir(directory.path)).toHaveLength(1)
})

test('a lock of another live process names its pid, one of a killed process is taken over', async () => {
  const other = await holder()
  expect(other.said).toBe('locked')
  const error = await lockDirectory(directory.path).catch((caught: unknown) => caught)
  expect(error).toBeInstanceOf(DirectoryInUseError)
  expect(error).toMatchObject({ pid: other.pid, message: expect.stringContaining(directory.path) })
  await other.kill()
  await lockDirectory(directory.path)
})

test('of many that find a stale lock at once exactly one takes it over', async () => {
  const stale = await holder()
  await stale.kill()
  const contenders = await Promise.all(Array.from({ length: 4 }, holder))
  const outcomes = contenders.map(({ said }) => said).sort()
  await Promise.all(contenders.map(({ kill }) => kill()))
  expect(outcomes).toEqual(['DirectoryInUseError', 'DirectoryInUseError', 'DirectoryInUseError', 'locked'])
})

test('of many in one process exactly one gets it', async () => {
  const results = await Promise.allSettled(Array.from({ length: 20 }, () => lockDirectory(directory.path)))
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  for (const result of results)
    if (result.status === 'rejected') expect(result.reason).toBeInstanceOf(DirectoryInUseError)
})

test.runIf(process.platform === 'linux')('a pid that was given to another process since holds nothing', async () => {
  await writeFile(join(directory.path, 'lock.7'), JSON.stringify({ pid: process.pid, started: 'an earlier boot:1' }))
  await lockDirectory(directory.path)
})

test('a lock that does not tell when its process started is held as long as there is such a process', async () => {
  await writeFile(join(directory.path, 'lock.7'), JSON.stringify({ pid: process.pid, started: '' }))
  await expect(lockDirectory(directory.path)).rejects.toMatchObject({ pid: process.pid })
  await writeFile(join(directory.path, 'lock.7'), JSON.stringify({ pid: 999_999_999, started: '' }))
  await lockDirectory(directory.path)
})
