import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { temporaryDirectory } from '@micro/testing'
import { beforeAll, describe, expect, test } from 'vitest'
import { start } from '../harness.ts'
import { contextFilter } from './dockerfile.ts'
import { composeText, readCompose } from './file.ts'
import { composeWorld } from './remote.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const file = readCompose(composeText(root))

let image: string
beforeAll(async () => {
  image = (await composeWorld()).image
})

test('the image holds what runs, and nothing that was only needed to build it', async () => {
  const files = (await readdir(image, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(image.length).replace(/^\//, ''))
  const folders = new Set(files.map((path) => path.split('/').slice(0, 2).join('/')))
  expect([...folders].toSorted()).toEqual([
    'LICENSE',
    'apps/dashboard',
    'apps/docs',
    'apps/micro',
    'docs/asyncapi.json',
    'docs/errors.md',
    'docs/stripe-coverage.md',
    'node_modules/@node-rs',
    'package.json',
    'services/auth',
    'services/events',
    'services/gateway',
    'services/ledger',
    'services/payments',
  ])
  expect(files.filter((path) => path.endsWith('.ts') && !path.includes('node_modules'))).toEqual([])
  expect(files.filter((path) => !/^apps\/(dashboard|docs)\/dist\//.test(path)).length).toBeLessThan(100)
})

test('neither data nor secrets get into what the image is built from', async () => {
  const isPart = contextFilter(await readFile(join(root, '.dockerignore'), 'utf8'))
  for (const path of [
    '.env',
    '.micro/secrets/auth.json',
    '.git/config',
    'secrets/auth/env',
    'services/auth/dist/main.js',
  ])
    expect([path, isPart(path)]).toEqual([path, false])
  for (const path of ['package-lock.json', 'services/auth/migrations/0001_x.sql', 'packages/kernel/src/index.ts'])
    expect([path, isPart(path)]).toEqual([path, true])
})

test('the image runs as nobody in particular, on the pinned Node', async () => {
  const dockerfile = await readFile(join(root, 'Dockerfile'), 'utf8')
  expect(dockerfile.match(/^FROM \S+/gm)).toEqual(['FROM node:24-bookworm-slim', 'FROM node:24-bookworm-slim'])
  expect(dockerfile).toMatch(/^USER 999:999$/m)
  // A new volume takes its owner from the folder of the image, and the ledger could write none of root's.
  expect(dockerfile).toMatch(/^COPY .*--chown=999:999 \/app\/state \/var\/lib\/micro$/m)
})

describe('in the image a service without settings names every one of them', () => {
  for (const name of ['gateway', 'auth', 'payments', 'ledger', 'events'])
    test(name, async () => {
      await using directory = await temporaryDirectory()
      const empty = join(directory.path, 'env')
      await writeFile(empty, '', { mode: 0o600 })
      const [, ...words] = file.services[name]?.command ?? []
      const args = words.map((word) => word.replace('/run/micro/env', empty))
      const { code, stderr } = await start(process.execPath, args, { cwd: image }).ended
      expect([code, stderr]).toEqual([2, expect.stringContaining(`${name} cannot start: Wrong settings:`)])
      expect(stderr).toContain('  - REDIS_URL is missing')
    })
})
