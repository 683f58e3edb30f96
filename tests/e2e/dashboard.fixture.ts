/**
 * Stands before a gateway: serves the built dashboard under the strictest policy, and turns the cookie of whoever signed in
 * into the credentials that the gateway knows.
 */
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { caller } from './api.ts'
import { root } from './harness.ts'

const dist = join(root, 'apps/dashboard/dist')
const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
}
const policy = ['script', 'style', 'img', 'connect', 'font', 'manifest'].map((kind) => `${kind}-src 'self'`)
const nothingElse = ["default-src 'none'", "base-uri 'none'", "form-action 'self'", "frame-ancestors 'none'"]

/** Files by their names; every other address is a page, of which the dashboard itself knows. */
const serveFile = async (path: string, response: ServerResponse): Promise<void> => {
  const named = join(dist, path)
  const file = extname(named) !== '' && existsSync(named) ? named : join(dist, 'index.html')
  response.writeHead(200, {
    'content-type': types[extname(file)] ?? 'application/octet-stream',
    'content-security-policy': [...nothingElse, ...policy].join('; '),
    'x-content-type-options': 'nosniff',
  })
  response.end(await readFile(file))
}

const answer = (
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void => {
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(JSON.stringify(body))
}

interface SignedIn {
  readonly session: string
  readonly test: string
  readonly live: string
}

const pass = (
  gateway: URL,
  credential: string | undefined,
  incoming: IncomingMessage,
  response: ServerResponse,
): void => {
  const { accept, 'content-type': type, 'idempotency-key': key } = incoming.headers
  const kept = { accept, 'content-type': type, 'idempotency-key': key }
  const headers = Object.entries({ ...kept, authorization: credential && `Bearer ${credential}` })
  const { hostname, port } = gateway
  const outgoing = request(
    {
      hostname,
      port,
      path: incoming.url,
      method: incoming.method,
      headers: Object.fromEntries(headers.filter(([, value]) => value !== undefined)),
    },
    (answered) => {
      response.writeHead(answered.statusCode ?? 502, answered.headers)
      answered.pipe(response)
    },
  )
  outgoing.on('error', () => response.destroy())
  response.on('close', () => outgoing.destroy())
  incoming.pipe(outgoing)
}

/** The gateway at an address with the dashboard before it, until it is disposed of. */
export const withDashboard = async (gatewayUrl: string): Promise<AsyncDisposable & { url: string }> => {
  const sessions = new Map<string, SignedIn>()
  const signIn = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const login = await caller(gatewayUrl)('POST', '/auth/login', { body: JSON.parse(await text(incoming)) })
    if (login.status !== 200) return answer(response, login.status, login.body)
    const session = String(login.body['token'])
    const keyOf = async (environment: string): Promise<string> => {
      const body = { environment, name: 'dashboard' }
      return String((await caller(gatewayUrl, session)('POST', '/auth/api_keys', { body })).body['key'])
    }
    const cookie = randomUUID()
    sessions.set(cookie, { session, test: await keyOf('test'), live: await keyOf('live') })
    answer(response, 200, { object: 'browser_session' }, { 'set-cookie': `session=${cookie}; HttpOnly; Path=/` })
  }
  const serve = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { pathname } = new URL(incoming.url ?? '/', gatewayUrl)
    const [, cookie = ''] = /session=([^;]+)/.exec(incoming.headers.cookie ?? '') ?? []
    if (pathname.startsWith('/dashboard/')) return serveFile(pathname.slice('/dashboard'.length), response)
    if (pathname === '/auth/browser/sign_in') return signIn(incoming, response)
    if (pathname === '/auth/browser/sign_out')
      return answer(response, 200, { object: 'browser_session', ended: sessions.delete(cookie) })
    const signedIn = sessions.get(cookie)
    const mode = incoming.headers['micro-mode'] === 'live' ? 'live' : 'test'
    pass(new URL(gatewayUrl), signedIn?.[pathname.startsWith('/auth/') ? 'session' : mode], incoming, response)
  }
  const server = createServer((incoming, response) => {
    serve(incoming, response).catch(() => response.destroy())
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
