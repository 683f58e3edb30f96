import { resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ConfigError, readConfig } from './config.ts'

test('without flags it is port 8080 on loopback with data kept in .micro', () => {
  expect(readConfig([], {})).toMatchObject({
    port: 8080,
    host: '127.0.0.1',
    dataDir: resolve('.micro'),
    ephemeral: false,
    json: false,
  })
})

test('flags are taken as given', () => {
  const args = ['--port', '0', '--host', '::1', '--data-dir', '/var/lib/micro', '--ephemeral', '--json']
  expect(readConfig(args, {})).toMatchObject({
    port: 0,
    host: '::1',
    dataDir: '/var/lib/micro',
    ephemeral: true,
    json: true,
  })
})

describe('a flag that cannot work is refused with its name', () => {
  for (const args of [
    ['--port', '65536'],
    ['--port', 'http'],
    ['--port', '-1'],
    ['--data-dir', ''],
    ['--host', 'a b'],
    ['--prot', '1'],
    ['stray'],
  ]) {
    test(args.join(' '), () => {
      expect(() => readConfig(args, {})).toThrow(ConfigError)
      expect(() => readConfig(args, {})).toThrow(args[0])
    })
  }
})
