import { setImmediate as nextTurn } from 'node:timers/promises'
import { createServer, type Server } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { request } from 'undici'
import { parseNetwork, type Network } from './address.ts'
import { createAddressPolicy, type AddressRules } from './address-policy.ts'
import { createGuard } from './guard.ts'
import { createResolve, type Resolve } from './resolve.ts'

const network = (text: string): Network => {
  const parsed = parseNetwork(text)
  if (parsed === undefined) throw new Error(text)
  return parsed
}
const rules = (over: Partial<AddressRules> = {}): AddressRules => ({
  networks: [],
  loopback: false,
  ownPorts: () => [],
  ownAddresses: () => [],
  ...over,
})
const nowhere: Resolve = () => Promise.reject(new Error('ENOTFOUND'))
const guardOf = (over: Partial<AddressRules> = {}, resolve: Resolve = nowhere) =>
  createGuard({ policy: createAddressPolicy(rules(over)), resolve })

const everything = ['0.0.0.0/1', '128.0.0.0/1', '::/1', '8000::/1'].map(network)

/** Of addresses that nobody may use: whether an operator can allow them. */
const forbidden: readonly (readonly [address: string, canBeAllowed: boolean])[] = [
  ['0.0.0.0', false],
  ['0.1.2.3', false],
  ['10.0.0.1', true],
  ['10.255.255.255', true],
  ['100.64.0.1', true],
  ['100.100.100.200', false],
  ['127.0.0.1', false],
  ['127.255.255.254', false],
  ['168.63.129.16', false],
  ['169.254.0.1', false],
  ['169.254.169.254', false],
  ['172.16.0.1', true],
  ['172.31.255.255', true],
  ['192.0.0.1', true],
  ['192.0.0.192', false],
  ['192.0.2.1', true],
  ['192.88.99.1', true],
  ['192.168.1.1', true],
  ['198.18.0.1', true],
  ['198.19.255.255', true],
  ['198.51.100.7', true],
  ['203.0.113.7', true],
  ['224.0.0.1', false],
  ['239.255.255.255', false],
  ['240.0.0.1', true],
  ['255.255.255.255', false],
  ['::', false],
  ['::1', false],
  ['::ffff:127.0.0.1', false],
  ['::ffff:8.8.8.8', false],
  ['::ffff:0:169.254.169.254', false],
  ['::127.0.0.1', true],
  ['64:ff9b::a9fe:a9fe', true],
  ['64:ff9b:1::1', true],
  ['100::1', true],
  ['2001::1', true],
  ['2001:db8::1', true],
  ['2002:7f00:1::', true],
  ['3fff::1', true],
  ['5f00::1', true],
  ['fc00::1', true],
  ['fd00:ec2::254', false],
  ['fd12:3456::1', true],
  ['fe80::1', false],
  ['fe80::1%eth0', false],
  ['fec0::1', false],
  ['ff02::1', false],
]
const publicAddresses = [
  '1.1.1.1', '8.8.8.8', '93.184.216.34', '172.15.255.255', '172.32.0.1', '100.63.255.255', '100.128.0.1', '169.253.1.1',
  '223.255.255.255', '2606:4700:4700::1111', '2a00:1450::1',
] // prettier-ignore
const urlOf = (address: string): string => `https://${address.includes(':') ? `[${address}]` : address}/hook`

describe('an address', () => {
  for (const [address, canBeAllowed] of forbidden) {
    test(`${address} is refused, ${canBeAllowed ? 'unless' : 'even where'} the operator allows its network`, async () => {
      const strict = createAddressPolicy(rules())
      const open = createAddressPolicy(rules({ networks: everything }))
      expect(strict.refusalOfAddress(address)).toBeDefined()
      expect(open.refusalOfAddress(address) === undefined).toBe(canBeAllowed)
      if (address.includes('%')) return
      await expect(guardOf().check(urlOf(address), 'test')).rejects.toThrow('it leads')
      // The same behind a name, alone and beside one that is fine.
      const name = 'https://hooks.example.com/x'
      await expect(guardOf({}, () => Promise.resolve([address])).check(name, 'test')).rejects.toThrow('it leads')
      await expect(guardOf({}, () => Promise.resolve(['8.8.8.8', address])).check(name, 'test')).rejects.toThrow(
        'it leads',
      )
    })
  }
  for (const address of publicAddresses)
    test(`${address} may be used`, () => expect(guardOf().check(urlOf(address), 'live')).resolves.toBeUndefined())
})

describe('a URL', () => {
  for (const [url, reason] of [
    ['http://2130706433/', 'machine'],
    ['http://017700000001/', 'machine'],
    ['http://0x7f000001/', 'machine'],
    ['http://0x7f.1/', 'machine'],
    ['http://127.1/', 'machine'],
    ['http://0177.0.0.1/', 'machine'],
    ['http://127.0.0.1./', 'machine'],
    ['http://①②⑦.⓪.⓪.①/', 'machine'],
    ['http://localhost/', 'machine'],
    ['http://LOCALHOST./', 'machine'],
    ['http://a.localhost/', 'machine'],
    ['http://0xa9fea9fe/latest/meta-data', 'nobody'],
    ['http://2852039166/latest/meta-data', 'nobody'],
    ['http://0251.0376.0251.0376/', 'nobody'],
    ['http://0251.254.0xa9fe/', 'nobody'],
    ['http://169.254.169.254./', 'nobody'],
    ['http://%31%36%39.254.169.254/', 'nobody'],
    ['http://[::ffff:a9fe:a9fe]/', 'nobody'],
    ['http://[::FFFF:10.0.0.1]/', 'nobody'],
    ['http://0/', 'nobody'],
    ['http://012.1/', 'private network'],
    ['http://3232235777/', 'private network'],
    ['http://[fe80::1%25eth0]/', 'URL such as'],
    ['http://[::ffff:169.254.169.254]/', 'nobody'],
    ['http://[0:0:0:0:0:ffff:7f00:1]/', 'nobody'],
    ['https://user@example.com/', 'name or a password'],
    ['https://:secret@example.com/', 'name or a password'],
    ['https://example.com/#part', 'fragment'],
    ['ftp://example.com/', 'https://'],
    ['file:///etc/passwd', 'https://'],
    ['gopher://example.com/', 'https://'],
    ['javascript:alert(1)', 'https://'],
    ['data:text/plain,x', 'https://'],
    ['example.com/hook', 'URL such as'],
    ['https://', 'URL such as'],
    ['https://exa mple.com', 'URL such as'],
    ['https://1.2.3.4.5/', 'URL such as'],
    ['https://example.com:22/', 'port 22'],
    ['https://example.com:25/', 'port 25'],
    ['https://example.com:0/', 'port 0'],
  ] as const)
    test(`${url} is refused, and told why`, () => expect(guardOf().check(url, 'test')).rejects.toThrow(reason))

  for (const url of [
    'https://example.com',
    'https://example.com:8443/a?b=c',
    'http://example.com:80/',
    'https://bücher.example/',
  ])
    test(`${url} may be used, also while its name cannot be looked up`, () =>
      expect(guardOf().check(url, 'test')).resolves.toBeUndefined())

  test('must be https in live mode, but on this machine', async () => {
    await expect(guardOf().check('http://example.com/', 'live')).rejects.toThrow('https://')
    await expect(guardOf({ networks: everything }).check('http://10.1.2.3/', 'live')).rejects.toThrow('https://')
    await guardOf({ loopback: true }).check('http://localhost:4242/', 'live')
    await guardOf({ loopback: true }).check('http://[::1]:4242/', 'live')
  })

  test('may lead to this machine where the operator allows it, but not to where Micro listens', async () => {
    const guard = guardOf({
      loopback: true,
      ownPorts: () => [8080],
      ownAddresses: () => ['192.168.0.5', '203.0.114.1'],
    })
    await guard.check('http://localhost:4242/', 'test')
    await guard.check('http://127.0.0.1:4242/', 'test')
    for (const host of ['localhost', '127.0.0.1', '127.9.9.9', '[::1]', '0x7f.1', '203.0.114.1', 'a.localhost'])
      await expect(guard.check(`http://${host}:8080/`, 'test')).rejects.toThrow('Micro itself')
  })

  test('leads to no port of this machine by its own addresses either, be they public or of an operator’s network', async () => {
    const ownAddresses = () => ['203.0.114.1', '2a00:1450::7', '10.1.2.3']
    const over = { networks: [network('10.1.0.0/16')], ownAddresses, ownPorts: () => [8080] }
    for (const address of ownAddresses()) {
      const host = address.includes(':') ? `[${address}]` : address
      await expect(guardOf(over).check(`https://${host}:9000/`, 'test')).rejects.toThrow('machine that Micro runs on')
      const named = guardOf(over, () => Promise.resolve([address]))
      await expect(named.check('https://hooks.example.com:9000/', 'test')).rejects.toThrow('machine that Micro runs on')
      expect(createAddressPolicy(rules(over)).refusalOfPeer(address, 9000)).toContain('machine that Micro runs on')
      await guardOf({ ...over, loopback: true }).check(`https://${host}:9000/`, 'test')
    }
    await guardOf(over).check('https://10.1.2.4:9000/', 'test')
  })

  test('of an operator’s network may be used, and of no other', async () => {
    const guard = guardOf({ networks: [network('10.1.0.0/16'), network('fd12::/16')] })
    await guard.check('http://10.1.2.3/', 'test')
    await guard.check('http://[fd12::7]/', 'test')
    await expect(guard.check('http://10.2.0.1/', 'test')).rejects.toThrow('private network')
  })
})

describe('a connection', () => {
  let server: Server
  let port = 0
  const asked: string[] = []
  beforeAll(async () => {
    server = createServer((incoming, response) => {
      asked.push(`${incoming.headers.host} ${incoming.url}`)
      if (incoming.url === '/redirect') response.writeHead(302, { location: `http://localhost:${port}/secret` })
      response.end('hello')
    })
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    port = (server.address() as { port: number }).port
  })
  afterAll(() => new Promise<unknown>((done) => server.close(done)))

  const ask = (guard: ReturnType<typeof createGuard>, path = '/', endpoint = 'we_1') =>
    request(`http://hooks.example.com:${port}${path}`, { dispatcher: guard.dispatcherFor(endpoint) })

  test('goes to the address that was looked at, under the name that was asked for', async () => {
    const guard = guardOf({ loopback: true }, () => Promise.resolve(['127.0.0.1']))
    const { statusCode, body } = await ask(guard, '/named')
    expect([statusCode, await body.text()]).toEqual([200, 'hello'])
    expect(asked).toContain(`hooks.example.com:${port} /named`)
    await guard.close()
  })

  test('is kept for its endpoint, and never shared with another of the same host', async () => {
    const guard = guardOf({ loopback: true }, () => Promise.resolve(['127.0.0.1']))
    const askedOver = new Map<unknown, Set<string>>()
    server.on('request', ({ socket, url = '' }) => {
      askedOver.set(socket, (askedOver.get(socket) ?? new Set()).add(url))
    })
    for (let round = 0; round < 10; round += 1)
      for (const endpoint of ['we_1', 'we_2']) {
        await (await ask(guard, `/${endpoint}`, endpoint)).body.text()
        await nextTurn()
      }
    expect(askedOver.size).toBeLessThan(20)
    for (const urls of askedOver.values()) expect(urls.size).toBe(1)
    await guard.close()
  })

  test('is not made when the name stands for another address by then (DNS rebinding)', async () => {
    const before = asked.length
    let times = 0
    const guard = guardOf({}, () => Promise.resolve([times++ === 0 ? '93.184.216.34' : '127.0.0.1']))
    await guard.check(`http://hooks.example.com:${port}/`, 'test')
    await expect(ask(guard)).rejects.toThrow('machine that Micro runs on')
    expect([times, asked.length]).toEqual([2, before])
    await guard.close()
  })

  test('asks for the name once: there is no moment between looking and connecting', async () => {
    let times = 0
    const guard = guardOf({ loopback: true }, () => Promise.resolve([times++ === 0 ? '127.0.0.1' : '169.254.169.254']))
    expect((await ask(guard)).statusCode).toBe(200)
    expect(times).toBe(1)
    await guard.close()
  })

  test('is ended before anything is sent when a name leads to where Micro listens', async () => {
    const before = asked.length
    const guard = guardOf({ loopback: true, ownPorts: () => [port] }, () => Promise.resolve(['127.0.0.1']))
    await expect(ask(guard)).rejects.toThrow('Micro itself')
    expect(asked).toHaveLength(before)
    await guard.close()
  })

  test('follows no redirect', async () => {
    const guard = guardOf({ loopback: true }, () => Promise.resolve(['127.0.0.1']))
    const { statusCode, body } = await ask(guard, '/redirect')
    await body.dump()
    expect(statusCode).toBe(302)
    expect(asked.some((each) => each.endsWith('/secret'))).toBe(false)
    await guard.close()
  })
})

test('names of this machine are looked up without asking anybody', async () => {
  const resolve = createResolve()
  expect(await resolve('localhost')).toEqual(['127.0.0.1', '::1'])
  expect(await resolve('a.b.localhost.')).toEqual(['127.0.0.1', '::1'])
})
