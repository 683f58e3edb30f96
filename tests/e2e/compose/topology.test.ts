import { execFileSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { available, type Program } from '@micro/testing'
import { describe, expect, test } from 'vitest'
import { composeText, milliseconds, reachableFrom, readCompose } from './file.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const text = composeText(root)
const file = readCompose(text)
const names = Object.keys(file.services)
const databases = ['auth-db', 'payments-db', 'ledger-db', 'events-db']
const services = ['gateway', 'auth', 'payments', 'ledger', 'events']

test.skipIf(!available('what asks docker-compose', ['docker-compose']))('docker-compose accepts the file', () => {
  const program: Program = 'docker-compose'
  const env = { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '/' }
  expect(execFileSync(program, ['config', '-q'], { cwd: root, env, encoding: 'utf8' })).toBe('')
})

describe('what the interpreter does not run it refuses', () => {
  for (const [what, spoil] of [
    ['a key of a service', (given: string) => given.replace('    user: ', '    privileged: true\n    user: ')],
    ['a key of a network', (given: string) => given.replace('internal: true', 'internal: true\n    attachable: true')],
    ['a key of the file', (given: string) => `${given}\nsecrets: {}\n`],
    ['another policy', (given: string) => given.replace('restart: unless-stopped', 'restart: always')],
    ['a variable that must be set', (given: string) => given.replace('${MICRO_FEE_FIXED:-}', '${MICRO_FEE_FIXED:?}')],
  ] as const satisfies readonly (readonly [string, (given: string) => string])[])
    test(what, () => {
      expect(spoil(text)).not.toBe(text)
      expect(() => readCompose(spoil(text))).toThrow('compose')
    })
})

test("the services are the original's, with a database each", () => {
  expect(names.toSorted()).toEqual(['setup', 'redis', ...services, ...databases].toSorted())
})

test('only the gateway and the databases have a door, and all of them on loopback', () => {
  const doors = Object.fromEntries(
    names.flatMap((name) => (file.services[name]?.ports ?? []).map((port) => [name, port] as const)),
  )
  expect(doors).toEqual({
    gateway: '127.0.0.1:8080:8080',
    'auth-db': '127.0.0.1:5433:5432',
    'payments-db': '127.0.0.1:5434:5432',
    'ledger-db': '127.0.0.1:5435:5432',
    'events-db': '127.0.0.1:5436:5432',
  })
  const elsewhere = readCompose(text, { MICRO_PUBLISH_HOST: '0.0.0.0' })
  for (const name of databases) expect(elsewhere.services[name]?.ports?.[0]).toMatch(/^127\.0\.0\.1:/)
})

test('a database is reached by its service and by nothing else of ours', () => {
  for (const database of databases) {
    const reaching = names.filter((name) => !databases.includes(name) && reachableFrom(file, name).includes(database))
    expect(reaching).toEqual([database.replace('-db', '')])
  }
  // They share the door to this machine, through which they do not see each other.
  const shared = file.networks['look-in']
  expect(shared?.driver_opts).toEqual({ 'com.docker.network.bridge.enable_icc': 'false' })
  const own = databases.map((database) => file.services[database]?.networks)
  expect(own).toEqual(databases.map((database) => ['look-in', database.replace('-db', '')]))
})

test('what need not leave this machine is on networks that lead nowhere', () => {
  const open = Object.entries(file.networks).filter(([, { internal }]) => internal !== true)
  expect(open.map(([name]) => name).toSorted()).toEqual(['front', 'look-in', 'processors', 'webhooks'])
  for (const name of [...services, 'redis'].filter((each) => each !== 'gateway'))
    expect(file.services[name]?.networks).not.toContain('front')
  const on = (network: string) =>
    [...services, 'redis'].filter((name) => file.services[name]?.networks?.includes(network))
  expect(on('webhooks')).toEqual(['events'])
  expect(on('processors')).toEqual(['payments'])
  expect(file.services['setup']?.network_mode).toBe('none')
})

test('each volume of secrets is seen by one process, read-only, and by setup', () => {
  const seen = (volume: string) =>
    names.flatMap((name) =>
      (file.services[name]?.volumes ?? [])
        .filter((mount) => mount.startsWith(`${volume}:`))
        .map((mount) => [name, mount]),
    )
  for (const owner of names.filter((name) => name !== 'setup'))
    expect(seen(`${owner}-secrets`).toSorted()).toEqual(
      [
        [owner, `${owner}-secrets:/run/micro:ro`],
        ['setup', `${owner}-secrets:/secrets/${owner}`],
      ].toSorted(),
    )
})

test("the ledger's checkpoints lie where its database does not reach, in a volume or a folder of the operator's", () => {
  const mounted = (from: typeof file) =>
    names.flatMap((name) =>
      (from.services[name]?.volumes ?? [])
        .filter((mount) => mount.endsWith(':/var/lib/micro'))
        .map((mount) => [name, mount]),
    )
  expect(mounted(file)).toEqual([['ledger', 'ledger-checkpoints:/var/lib/micro']])
  expect(Object.keys(file.volumes)).toContain('ledger-checkpoints')
  expect(file.services['ledger']?.environment?.['MICRO_CHECKPOINTS_FILE']).toMatch(/^\/var\/lib\/micro\//)
  const elsewhere = readCompose(text, { MICRO_CHECKPOINTS_VOLUME: '/mnt/elsewhere/micro' })
  expect(mounted(elsewhere)).toEqual([['ledger', '/mnt/elsewhere/micro:/var/lib/micro']])
})

test('nobody but setup is root or has a capability', () => {
  for (const name of names) {
    const { user, cap_add: added = [] } = file.services[name] ?? {}
    expect([name, user, added]).toEqual(
      name === 'setup' ? [name, '0:0', ['CHOWN', 'DAC_OVERRIDE', 'FOWNER']] : [name, '999:999', []],
    )
  }
})

test('a service is given longer to end than it waits for requests under way', async () => {
  const example = await readFile(`${root}.env.example`, 'utf8')
  const drainMs = Number(/^#MICRO_DRAIN_MS=(\d+)$/m.exec(example)?.[1])
  for (const name of services)
    expect(milliseconds(file.services[name]?.stop_grace_period ?? '0s')).toBeGreaterThan(drainMs + 10_000)
})

test('no password is an argument', () => {
  for (const name of names) {
    const { command = [], healthcheck } = file.services[name] ?? {}
    for (const word of [...command, ...(healthcheck?.test ?? [])])
      expect(word).not.toMatch(/(^|\s)(-a|--pass|--password|--requirepass)(\s|=|$)/)
  }
})
