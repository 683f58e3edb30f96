import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryDirectory } from '@micro/testing'
import { expect, test } from 'vitest'
import { checkEnvFiles } from './env-files.ts'

test('an environment file that others may read is refused however it is named, with the command that closes it', async () => {
  await using directory = await temporaryDirectory()
  const path = join(directory.path, 'env')
  await writeFile(path, 'X=1\n')
  const ways = [
    [`--env-file=${path}`],
    ['--env-file', path],
    [`--env-file-if-exists=${path}`],
    ['--inspect', '--env-file', path],
  ]
  for (const mode of [0o640, 0o604, 0o620]) {
    await chmod(path, mode)
    for (const way of ways) expect(() => checkEnvFiles(way), way.join(' ')).toThrow(`chmod 600 '${path}'`)
  }
  for (const mode of [0o600, 0o400]) {
    await chmod(path, mode)
    for (const way of ways) expect(() => checkEnvFiles(way), way.join(' ')).not.toThrow()
  }
})

test('no file, one that is not there, and a pipe are no reason to refuse', () => {
  for (const args of [[], ['--env-file-if-exists=/nowhere/env'], ['--env-file=/dev/null'], ['--env-file']])
    expect(() => checkEnvFiles(args)).not.toThrow()
})
