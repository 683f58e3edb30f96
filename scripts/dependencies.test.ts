import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { judge, type Lockfile } from './dependencies.ts'

const read = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')
const npmrc = read('.npmrc')
const problems = (packages: Lockfile['packages'], settings = npmrc) => judge({ packages }, settings).problems

test('what ships is few, freely licensed, runs nothing when installed and names no download address', () => {
  const report = judge(JSON.parse(read('package-lock.json')) as Lockfile, npmrc)
  expect(report.problems).toEqual([])
  expect(report.shipped).toContain('fastify')
  expect(report.shipped).not.toContain('vitest')
})

test('the same holds for the pinned Node', () => {
  expect(judge(JSON.parse(read('toolchain/package-lock.json')) as Lockfile, read('toolchain/.npmrc')).problems).toEqual(
    [],
  )
})

describe('is refused', () => {
  for (const [what, packages, want] of [
    ['a licence that binds whoever ships it', { 'node_modules/x': { license: 'GPL-3.0' } }, /x is licensed GPL-3\.0/],
    ['no licence', { 'node_modules/x': {} }, /x is licensed \(none\)/],
    ["a tool's licence where it would ship", { 'node_modules/x': { license: 'MPL-2.0' } }, /x is licensed MPL-2\.0/],
    ['a tool of any licence', { 'node_modules/x': { license: 'SSPL-1.0', dev: true } }, /x is licensed SSPL/],
    ['an install script', { 'node_modules/x': { license: 'MIT', hasInstallScript: true } }, /x runs a script/],
    ['an address', { 'node_modules/x': { license: 'MIT', resolved: 'https://mirror.example/x.tgz' } }, /x is tied to/],
    [
      'more than anybody reads',
      Object.fromEntries(Array.from({ length: 117 }, (_, at) => [`node_modules/x${at}`, { license: 'MIT' }])),
      /117 packages ship/,
    ],
  ] as const satisfies readonly (readonly [string, Lockfile['packages'], RegExp])[])
    test(what, () => expect(problems(packages)).toEqual([expect.stringMatching(want)]))
  test('an .npmrc that lets scripts run', () =>
    expect(problems({}, 'save-exact=true')).toEqual(['.npmrc lacks ignore-scripts=true']))
})

test('is allowed: a tool under MPL, and a build for another platform under the licence of what wants it', () => {
  expect(
    problems({
      'node_modules/tool': { license: 'MPL-2.0', dev: true },
      'node_modules/x': { license: 'MIT', optionalDependencies: { 'x-win32-x64': '1.0.0' } },
      'node_modules/x-win32-x64': { optional: true },
    }),
  ).toEqual([])
})
