import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { newApiKey } from '@micro/signing'
import { temporaryDirectory, type TemporaryDirectory } from '@micro/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runCli } from '../cli.fixture.ts'
import { checkPlatform } from './key.ts'

let home: TemporaryDirectory
beforeAll(async () => {
  home = await temporaryDirectory()
  // In the place of Stripe's: says what it was handed.
  await writeFile(join(home.path, 'stripe'), '#!/bin/sh\necho "key=$STRIPE_API_KEY" "$@"\n')
  await chmod(join(home.path, 'stripe'), 0o755)
})
afterAll(() => home.remove())

const stripe = (key: string, ...args: string[]) =>
  runCli(['stripe', ...args], { home: home.path, env: { MICRO_API_KEY: key, PATH: `${home.path}:/usr/bin:/bin` } })

test('a live key is handed over only to who says --live, and yes to it', async () => {
  const key = newApiKey('live')
  const refused = await stripe(key, '--', 'get', '/v1/balance')
  expect(refused).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('Add --live') })
  const unsure = await stripe(key, '--live', '--', 'get', '/v1/balance')
  expect(unsure).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('add --yes') })
  expect(await stripe(key, '--live', '--yes', '--', 'get', '/v1/balance')).toMatchObject({
    code: 0,
    stdout: `key=${key} get /v1/balance\n`,
  })
  // It asks for a key, and gets none.
  expect(await stripe(key, 'login')).toMatchObject({ code: 0, stdout: 'key= login\n' })
})

test('a test key is handed over without a question, and no shell reads what was typed', async () => {
  const key = newApiKey('test')
  expect(await stripe(key, '--', 'get', '$(id); & "x"')).toMatchObject({
    code: 0,
    stdout: `key=${key} get $(id); & "x"\n`,
  })
  expect(await stripe(key, '--live', 'get')).toMatchObject({
    code: 3,
    stderr: expect.stringContaining('There is no live API key'),
  })
})

test('on Windows it is said what to do in its place', () => {
  expect(() => checkPlatform('win32')).toThrow('On Windows run')
  for (const platform of ['linux', 'darwin'] as const) expect(() => checkPlatform(platform)).not.toThrow()
})
