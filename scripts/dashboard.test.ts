import { expect, test } from 'vitest'
import { firstLoad, packagesOf, type Chunk } from './dashboard.ts'

const chunk = (fileName: string, imports: string[], isEntry = false): Chunk => ({
  fileName,
  imports,
  isEntry,
  code: '',
})

test('the first page loads its entry and what that imports, however far, and no page that is loaded later', () => {
  const chunks = [
    chunk('page.js', ['shared.js']),
    chunk('entry.js', ['shared.js'], true),
    chunk('shared.js', ['deep.js']),
    chunk('deep.js', ['entry.js']),
  ]
  expect(firstLoad(chunks).map(({ fileName }) => fileName)).toEqual(['entry.js', 'shared.js', 'deep.js'])
})

test('packages are known by the folders of their modules, also those inside others', () => {
  const modules = [
    '/app/node_modules/react/index.js',
    '\0/app/node_modules/react/cjs/react.js?commonjs',
    '/app/node_modules/@tanstack/store/dist/index.js',
    '/app/node_modules/a/node_modules/b/index.js',
    '/app/apps/dashboard/src/main.tsx',
    '\0rolldown/runtime.js',
  ]
  const want = ['@tanstack/store', 'a/node_modules/b', 'react'].map((name) => `/app/node_modules/${name}`)
  expect(packagesOf(modules)).toEqual(want)
})
