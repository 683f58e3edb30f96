import { expect, test } from 'vitest'
import { pathProblem } from './entry-path.ts'

for (const path of [
  'manifest.json',
  'checksums.sha256',
  'secrets/auth.json',
  'postgres/cluster/base/1/1259',
  'postgres',
])
  test(`${path} is taken`, () => expect(pathProblem(path)).toBe(undefined))

for (const path of [
  '/etc/passwd',
  '../secrets/auth.json',
  'secrets/../../.ssh/authorized_keys',
  'secrets/..',
  'secrets//auth.json',
  'secrets/',
  './secrets/auth.json',
  'secrets\\..\\..\\x',
  'secrets/auth.json\u0000.png',
  'secrets/a\nb',
  'logs/micro.log',
  'instance.json',
  'lock.1',
  'manifest.json/x',
  '',
  'secretsx/auth.json',
])
  test(`${JSON.stringify(path)} is refused`, () => expect(pathProblem(path)).toEqual(expect.any(String)))
