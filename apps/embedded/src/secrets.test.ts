import { chmod, readdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryDirectory } from '@micro/testing'
import { expect, test } from 'vitest'
import { loadSecret } from './secrets.ts'

test('a secret is made once, kept, and readable by its owner alone', async () => {
  await using directory = await temporaryDirectory()
  let made = 0
  const create = () => `secret ${++made}`
  expect(await loadSecret(directory.path, 'pepper', create)).toBe('secret 1')
  expect(await loadSecret(directory.path, 'pepper', create)).toBe('secret 1')
  const folder = join(directory.path, 'secrets')
  expect((await stat(folder)).mode & 0o777).toBe(0o700)
  expect((await stat(join(folder, 'pepper'))).mode & 0o777).toBe(0o600)
})

test('a secret whose writing was cut short is made again, never used half', async () => {
  await using directory = await temporaryDirectory()
  await loadSecret(directory.path, 'other', () => 'x')
  await writeFile(join(directory.path, 'secrets', 'pepper.new'), 'hal')
  expect(await loadSecret(directory.path, 'pepper', () => 'whole')).toBe('whole')
  expect((await readdir(join(directory.path, 'secrets'))).toSorted()).toEqual(['other', 'pepper'])
})

test('a secret that others may read is refused, with the command that closes it', async () => {
  await using directory = await temporaryDirectory()
  await loadSecret(directory.path, 'pepper', () => 'x')
  const path = join(directory.path, 'secrets', 'pepper')
  for (const mode of [0o640, 0o604, 0o610]) {
    await chmod(path, mode)
    await expect(loadSecret(directory.path, 'pepper', () => 'y')).rejects.toThrow(`chmod 600 '${path}'`)
  }
  await chmod(path, 0o400)
  expect(await loadSecret(directory.path, 'pepper', () => 'y')).toBe('x')
})
