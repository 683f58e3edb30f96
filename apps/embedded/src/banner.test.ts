import { expect, test } from 'vitest'
import { banner, type BannerFacts } from './banner.ts'

const usual: BannerFacts = {
  gatewayUrl: 'http://127.0.0.1:8080',
  sites: { dashboard: true, docs: true },
  inClear: false,
  registrationOpen: true,
  usualAddress: true,
  dataDir: '/home/dev/micro/.micro',
  usualDataDir: true,
  ephemeral: false,
  seconds: 1.23,
  logFile: '/home/dev/micro/.micro/logs/micro.log',
  databaseUrls: {
    auth: 'postgres://user:password@localhost:5433/microservices',
    payments: 'postgres://user:password@localhost:5434/payments',
    ledger: 'postgres://user:password@localhost:5435/ledger',
    events: 'postgres://user:password@localhost:5436/events',
  },
  takenPorts: [],
  colour: false,
}

test('what was built for a browser is named with its address, and nothing else', () => {
  expect(banner(usual)).toContain(
    'Dashboard  http://127.0.0.1:8080/dashboard/\n  Docs       http://127.0.0.1:8080/docs/\n',
  )
  expect(banner({ ...usual, sites: { dashboard: false, docs: false } })).not.toMatch(/Dashboard|Docs/)
})

test('where everything is usual, the commands need no flags and fit a terminal', () => {
  const text = banner(usual)
  expect(text).toContain('  ./micro login --email dev@example.com\n')
  expect(text).toContain('the others: ./micro db url payments (or ledger, events)')
  expect(text.split('\n').filter((line) => line.length > 100)).toEqual([])
})

test('who can be reached by others in clear is told what crosses the network, and how to mend it', () => {
  expect(banner(usual)).not.toContain('in clear')
  const text = banner({ ...usual, inClear: true })
  expect(text).toContain('crosses the network in clear: passwords, sessions, keys.')
  expect(text).toContain('MICRO_TLS_CERT_FILE')
  expect(text.split('\n').filter((line) => line.length > 115)).toEqual([])
})

test('where registration is closed, nobody is told to register without being told how to open it', () => {
  expect(banner(usual)).toContain('/auth/register')
  const text = banner({ ...usual, registrationOpen: false })
  expect(text).not.toContain('/auth/register')
  expect(text).toContain('MICRO_REGISTRATION=open')
})

test('at another address, the login goes there', () => {
  const text = banner({ ...usual, gatewayUrl: 'http://127.0.0.1:9090', usualAddress: false })
  expect(text).toContain('  ./micro login --email dev@example.com --gateway-url http://127.0.0.1:9090\n')
})

test('with data elsewhere, the databases are asked for there, also when the path has spaces', () => {
  const text = banner({ ...usual, dataDir: "/tmp/dev's data", usualDataDir: false, takenPorts: ['ledger'] })
  expect(text).toContain(String.raw`./micro db url payments --data-dir '/tmp/dev'\''s data' (or ledger`)
  expect(text).toContain(
    String.raw`Port 5435 is taken, so ledger answers elsewhere: ./micro db url ledger --data-dir '/tmp/dev'\''s data'`,
  )
})

test('without colour there is nothing a terminal would obey, with it there is', () => {
  expect(banner(usual)).not.toContain('\u001b')
  expect(banner({ ...usual, colour: true })).toContain('\u001b[1mhttp://127.0.0.1:8080\u001b[22m')
})
