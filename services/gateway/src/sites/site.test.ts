import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { request as httpRequest } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startWorld, type World } from '../gateway.fixture.ts'

const script = `console.log('${'x'.repeat(3000)}')`
let folder: string
let world: World

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'micro-site-'))
  for (const [name, text] of [
    ['outside.txt', 'secret of the machine'],
    ['outside/inner.txt', 'secret of the machine'],
    ['dashboard/index.html', '<!doctype html><title>Dashboard</title>'],
    ['dashboard/assets/main-1a2b3c.js', script],
    ['dashboard/assets/logo.png', 'png'],
    ['dashboard/.env', 'SECRET=1'],
    ['dashboard/.git/config', 'secret'],
    ['dashboard/late.txt', 'late'],
    ['docs/index.html', '<title>Docs</title>'],
    ['docs/404.html', '<title>No such page</title>'],
    ['docs/quick start/index.html', '<title>Quickstart</title>'],
    ['docs/errors/index.html', '<title>Errors of the site</title>'],
  ] as const) {
    await mkdir(join(folder, name, '..'), { recursive: true })
    await writeFile(join(folder, name), text)
  }
  await symlink(join(folder, 'outside.txt'), join(folder, 'dashboard/link.txt'))
  await symlink(join(folder, 'outside'), join(folder, 'dashboard/linked'))
  world = await startWorld({ config: { sites: { dashboard: join(folder, 'dashboard'), docs: join(folder, 'docs') } } })
})
afterAll(async () => {
  await world.stop()
  await rm(folder, { recursive: true })
})

const get = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  world.call(method, path, { headers })
const page = { accept: 'text/html,*/*' }

describe('200', () => {
  for (const path of ['/dashboard/', '/dashboard/index.html', '/dashboard/payments', '/dashboard/payments/pi_1?tab=x'])
    test(`${path} is the app, asked for again each time`, async () => {
      const { status, headers, text } = await get(path)
      expect([status, headers['cache-control'], headers['content-type']]).toEqual([
        200,
        'no-cache',
        'text/html; charset=utf-8',
      ])
      expect(text).toContain('Dashboard')
    })

  test('what has its digest in its name is kept for a year', async () => {
    const { status, headers, text } = await get('/dashboard/assets/main-1a2b3c.js')
    expect([status, headers['cache-control'], text]).toEqual([200, 'public, max-age=31536000, immutable', script])
  })

  test('a page of the documentation, by its folder', async () => {
    expect((await get('/docs/quick%20start/')).text).toContain('Quickstart')
    expect((await get('/docs/errors/')).text).toContain('Errors of the site')
  })

  test('HEAD has the head alone', async () => {
    const { status, headers, text } = await get('/dashboard/assets/main-1a2b3c.js', {}, 'HEAD')
    expect([status, headers['content-length'], text]).toEqual([200, String(script.length), ''])
  })
})

describe('compressed', () => {
  const bytesOf = (encoding: string) =>
    new Promise<{ encoding: string | undefined; bytes: Buffer; vary: string | undefined }>((resolve, reject) => {
      const path = '/dashboard/assets/main-1a2b3c.js'
      const asked = httpRequest(`${world.url}${path}`, { headers: { 'accept-encoding': encoding } }, (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('end', () =>
          resolve({
            encoding: response.headers['content-encoding'],
            bytes: Buffer.concat(chunks),
            vary: response.headers.vary,
          }),
        )
      })
      asked.on('error', reject).end()
    })

  for (const [asked, want, open] of [
    ['gzip, deflate, br', 'br', brotliDecompressSync],
    ['gzip', 'gzip', gunzipSync],
    ['br;q=0, gzip;q=0.5', 'gzip', gunzipSync],
    ['identity', undefined, (bytes: Buffer) => bytes],
  ] as const)
    test(`for who accepts ${asked}: ${want ?? 'not at all'}`, async () => {
      const { encoding, bytes, vary } = await bytesOf(asked)
      expect([encoding, vary]).toEqual([want, 'Accept-Encoding'])
      expect(open(bytes).toString()).toBe(script)
    })
})

describe('304', () => {
  test('to who has it, in whichever encoding; anything else is sent', async () => {
    const { headers } = await get('/dashboard/')
    const etag = String(headers.etag)
    for (const known of [etag, `"other", ${etag}`, '*']) {
      const again = await get('/dashboard/', { 'if-none-match': known })
      expect([again.status, again.text, again.headers.etag]).toEqual([304, '', etag])
    }
    expect((await get('/dashboard/', { 'if-none-match': 'W/"other"' })).status).toBe(200)
  })
})

describe('elsewhere', () => {
  for (const [path, to] of [
    ['/dashboard', '/dashboard/'],
    ['/docs', '/docs/'],
    ['/docs/quick%20start?x=1', '/docs/quick%20start/?x=1'],
  ] as const)
    test(`308: ${path} leads to ${to}`, async () => {
      const { status, headers } = await get(path)
      expect([status, headers.location]).toEqual([308, to])
    })

  test('302: browsers are led from / to the dashboard, and everybody else is told where to start', async () => {
    const browser = await get('/', page)
    expect([browser.status, browser.headers.location]).toEqual([302, '/dashboard/'])
    expect((await get('/')).json['name']).toBe('Micro')
  })

  const pairing = '/stripecli/confirm/pair_1'

  test('302: browsers are led from the page that lets a device in to the one of the dashboard', async () => {
    const { status, headers } = await get(pairing, page)
    expect([status, headers.location, headers.vary]).toEqual([302, '/dashboard/pair/pair_1', 'Accept'])
    expect((await get(pairing, page, 'HEAD')).status).toBe(302)
  })

  test('who asks for no page, or sends its form, is not; nor is anybody elsewhere led than to a device', async () => {
    expect((await get(pairing)).status).toBe(300)
    expect((await get(pairing, { ...page, origin: world.url }, 'POST')).status).not.toBe(302)
    for (const path of ['/stripecli/confirm/..%2f..%2fx', '/stripecli/confirm/%0d%0ax'])
      expect((await get(path, page)).headers.location).toBeUndefined()
  })

  test('in clear, where a session may be overheard, the password is asked for', async () => {
    const proxied = { ...page, 'x-forwarded-for': '192.0.2.7', 'x-forwarded-proto': 'http' }
    const open = await startWorld({
      config: { trustedProxies: ['127.0.0.1'], sites: { dashboard: join(folder, 'dashboard'), docs: undefined } },
    })
    const led = async (headers: Record<string, string>) =>
      (await open.call('GET', pairing, { headers })).headers.location
    expect(await led(proxied)).toBeUndefined()
    expect(await led({ ...proxied, 'x-forwarded-proto': 'https' })).toBe('/dashboard/pair/pair_1')
    await open.stop()
  })

  test('the page that errors link to is the one of the documentation', async () => {
    expect((await get('/docs/errors')).headers.location).toBe('/docs/errors/')
    expect((await get('/docs/stripe-coverage')).status).toBe(200)
    expect((await get('/docs/asyncapi.json')).json['asyncapi']).toBeDefined()
  })
})

describe('404', () => {
  for (const path of ['/dashboard/assets/gone.js', '/dashboard/favicon.ico', '/dashboard/payments.html'])
    test(`${path}, in our envelope`, async () => {
      const { status, json } = await get(path, page)
      expect([status, json.error.type]).toEqual([404, 'invalid_request_error'])
    })

  test('the documentation has a page that says so, for people', async () => {
    const shown = await get('/docs/gone', page)
    expect([shown.status, shown.text]).toEqual([404, '<title>No such page</title>'])
    expect((await get('/docs/gone')).json.error.type).toBe('invalid_request_error')
  })

  test('405: nothing is sent there', async () => expect((await get('/dashboard/x', {}, 'POST')).status).toBe(405))
})

describe('a path', () => {
  for (const path of [
    '/dashboard/../outside.txt',
    '/dashboard/%2e%2e/outside.txt',
    '/dashboard/%2E%2e%2Foutside.txt',
    '/dashboard/..%2foutside.txt',
    '/dashboard/..%5coutside.txt',
    '/dashboard/..\\outside.txt',
    '/dashboard/%252e%252e/outside.txt',
    '/dashboard//etc/passwd',
    '/dashboard/%00index.html',
    '/dashboard/%c0%ae%c0%ae/outside.txt',
    '/dashboard/.env',
    '/dashboard/.git/config',
    '/dashboard/assets/../../outside.txt',
    '/docs/../dashboard/.env',
    '/dashboard/link.txt',
    '/dashboard/linked/inner.txt',
    '/dashboard/__proto__.js',
  ])
    test(`is not a way out of the folder: ${path}`, async () => {
      const answer = await world.raw(
        `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${world.port}\r\nConnection: close\r\n\r\n`,
      )
      expect(answer).toMatch(/^HTTP\/1\.1 (400|404) /)
      expect(answer).not.toMatch(/secret/i)
    })

  test('of a folder lists nothing', async () => {
    for (const path of ['/dashboard/assets/', '/dashboard/assets'])
      expect((await get(path)).text).not.toContain('main-1a2b3c')
  })

  test('a link in the folder is not followed, nor one that took the place of a file', async () => {
    await rm(join(folder, 'dashboard/late.txt'))
    await symlink(join(folder, 'outside.txt'), join(folder, 'dashboard/late.txt'))
    const { status, text } = await get('/dashboard/late.txt')
    expect([status, text.includes('secret')]).toEqual([404, false])
  })
})

describe('headers', () => {
  test('pages run what the gateway serves, and nothing within them', async () => {
    const { headers } = await get('/dashboard/')
    expect(headers).toMatchObject({
      'content-security-policy': [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        `connect-src 'self' ws://127.0.0.1:${world.port}`,
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
      ].join('; '),
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'same-origin',
      'cross-origin-opener-policy': 'same-origin',
    })
    const policy = String((await get('/docs/')).headers['content-security-policy'])
    expect(policy).toContain("script-src 'self' 'wasm-unsafe-eval';")
    expect(policy).toContain("worker-src 'self'")
    expect(policy).not.toContain("'unsafe-inline'")
  })
})

test('where nothing was built, its routes are unknown and / is the same to all', async () => {
  const bare = await startWorld({ config: { sites: { dashboard: join(folder, 'nowhere'), docs: undefined } } })
  for (const path of ['/dashboard/', '/dashboard', '/docs/', '/docs/quickstart'])
    expect((await bare.call('GET', path, { headers: page })).json.error.message).toContain(path)
  expect((await bare.call('GET', '/', { headers: page })).json['name']).toBe('Micro')
  await bare.stop()
})

test('files are limited by address, far beyond what a page loads', async () => {
  const limited = await startWorld({
    config: { sites: { dashboard: join(folder, 'dashboard'), docs: undefined }, limits: { perIp: 2 } },
  })
  const load = () => limited.call('GET', '/dashboard/assets/logo.png')
  for (let at = 0; at < 40; at++) expect((await load()).status).toBe(200)
  const refused = await load()
  expect([refused.status, refused.headers['ratelimit-policy']]).toEqual([429, '"files";q=40;w=60'])
  // What else an address may ask for is none of it.
  expect((await limited.call('GET', '/v1/events', { key: limited.auth.issue() })).status).toBe(300)
  await limited.stop()
})

test('an answer that differs by origin and by encoding says both', async () => {
  const origin = 'https://app.example.com'
  const shared = await startWorld({
    config: { sites: { dashboard: join(folder, 'dashboard'), docs: undefined }, allowedOrigins: [origin] },
  })
  for (const [path, want] of [
    ['/dashboard/', 'Origin, Accept-Encoding'],
    ['/', 'Origin, Accept'],
  ] as const) {
    const answer = await shared.call('GET', path, { headers: { origin, accept: 'text/html' } })
    expect(answer.headers.vary).toBe(want)
  }
  await shared.stop()
})
