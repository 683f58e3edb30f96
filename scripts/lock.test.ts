import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { type Lockfile, missingPlatforms } from './lock.ts'

const locked = (packages: Lockfile['packages']) => missingPlatforms({ packages })

describe('platform packages that npm left out of the lockfile', () => {
  test('are filled in with the version their package asks for and the platform their name tells', () => {
    const optionalDependencies = {
      '@x/binding-linux-x64-musl': '1.2.3',
      '@x/binding-win32-ia32-msvc': '1.2.3',
      '@x/linux-arm64': '1.2.3',
    }
    expect(locked({ 'node_modules/x': { dev: true, optionalDependencies } })).toEqual({
      'node_modules/@x/binding-linux-x64-musl': {
        version: '1.2.3',
        os: ['linux'],
        cpu: ['x64'],
        libc: ['musl'],
        dev: true,
        optional: true,
      },
      'node_modules/@x/binding-win32-ia32-msvc': {
        version: '1.2.3',
        os: ['win32'],
        cpu: ['ia32'],
        dev: true,
        optional: true,
      },
      'node_modules/@x/linux-arm64': { version: '1.2.3', os: ['linux'], cpu: ['arm64'], dev: true, optional: true },
    })
  })

  test('stand in their own package’s folder where another version has the shared place', () => {
    const packages = {
      'node_modules/y/node_modules/x': { optionalDependencies: { 'x-linux-x64': '2.0.0' } },
      'node_modules/x-linux-x64': { version: '1.0.0' },
    }
    expect(Object.keys(locked(packages))).toEqual(['node_modules/y/node_modules/x/node_modules/x-linux-x64'])
  })

  test('are left alone when they are there, or wanted by no exact version', () => {
    const optionalDependencies = { 'x-linux-x64': '1.0.0', fsevents: '^2.3.0' }
    expect(
      locked({ 'node_modules/x': { optionalDependencies }, 'node_modules/x-linux-x64': { version: '1.0.0' } }),
    ).toEqual({})
  })
})

test('the lockfile holds every platform and no download address', () => {
  const text = readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8')
  expect(missingPlatforms(JSON.parse(text) as Lockfile)).toEqual({})
  expect(text).not.toMatch(/"resolved": "https?:/)
})
