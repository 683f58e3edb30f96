import { chmod, lstat, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryDirectory, type TemporaryDirectory } from '@micro/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readSettingsFile, updateSettingsFile } from './settings-file.ts'

let directory: TemporaryDirectory
let path: string
let notes: string[]
beforeEach(async () => {
  directory = await temporaryDirectory()
  path = join(directory.path, 'micro.yaml')
  notes = []
})
afterEach(() => directory.remove())

const read = () => readSettingsFile(path, (line) => notes.push(line))
const modeOf = async (file: string) => (await stat(file)).mode & 0o777

test('a missing file says nothing', async () => expect(await read()).toEqual({}))

test('a written file can be read by its owner alone, and nothing is left beside it', async () => {
  await updateSettingsFile(path, () => Promise.resolve({ api_key: 'sk_test_1' }))
  expect(await modeOf(path)).toBe(0o600)
  expect(await read()).toEqual({ api_key: 'sk_test_1' })
  expect(await readdir(directory.path)).toEqual(['micro.yaml'])
})

test('a file that others may read is closed to them, and its owner told', async () => {
  await writeFile(path, 'api_key: sk_test_1\n')
  await chmod(path, 0o644)
  await read()
  expect(await modeOf(path)).toBe(0o600)
  expect(notes.join()).toMatch(/could be read by others/)
  expect(notes.join()).not.toMatch(/sk_test/)
})

test('a folder that is not there yet is made', async () => {
  path = join(directory.path, 'a/b/micro.yaml')
  await updateSettingsFile(path, () => Promise.resolve({ email: 'a' }))
  expect(await read()).toEqual({ email: 'a' })
})

test('a link to a file kept elsewhere stays a link', async () => {
  const target = join(directory.path, 'dotfiles.yaml')
  await writeFile(target, 'email: a\n', { mode: 0o600 })
  await symlink(target, path)
  await updateSettingsFile(path, () => Promise.resolve({ email: 'b' }))
  expect((await lstat(path)).isSymbolicLink()).toBe(true)
  expect(await readFile(target, 'utf8')).toBe('email: b\n')
})

test('changes made at the same time follow one another; none is lost', async () => {
  const change = (at: number) =>
    updateSettingsFile(path, ({ count = '0' }) =>
      Promise.resolve({ count: String(Number(count) + 1), [`by_${at}`]: 'x' }),
    )
  await Promise.all(Array.from({ length: 8 }, (_, at) => change(at)))
  const values = await read()
  expect(values['count']).toBe('8')
  expect(Object.keys(values)).toHaveLength(9)
})

test('the lock of a process that died is taken over', async () => {
  await writeFile(`${path}.lock`, '999999999')
  await updateSettingsFile(path, () => Promise.resolve({ email: 'a' }))
  expect(await read()).toEqual({ email: 'a' })
})

test('so is that of an earlier process with the same number, as in a container started anew', async () => {
  await writeFile(`${path}.lock`, `${process.pid} 12345`)
  await updateSettingsFile(path, () => Promise.resolve({ email: 'a' }))
  expect(await read()).toEqual({ email: 'a' })
})

test('a change that fails leaves the file as it was, and no lock', async () => {
  await updateSettingsFile(path, () => Promise.resolve({ email: 'a' }))
  await expect(updateSettingsFile(path, () => Promise.reject(new Error('no')))).rejects.toThrow('no')
  expect(await read()).toEqual({ email: 'a' })
  expect(await readdir(directory.path)).toEqual(['micro.yaml'])
})

test('what cannot be read or written is one sentence with the path', async () => {
  await writeFile(path, 'api_key: sk_test_secret\n nested: 1\n')
  await expect(read()).rejects.toThrow(
    `The config file ${path} cannot be read: line 2 is not of the form "key: value".`,
  )
  path = join(directory.path, 'folder')
  await mkdir(path)
  await expect(read()).rejects.toThrow('it is a folder')
  path = join(directory.path, 'micro.yaml', 'below')
  await expect(updateSettingsFile(path, () => Promise.resolve({}))).rejects.toThrow(/a part of its path is a file/)
})
