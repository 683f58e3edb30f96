/** The site as tests see it: built into a folder of its own, and served as the gateway serves it. */
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { extname } from 'node:path'
import { pathToFileURL } from 'node:url'
import { temporaryDirectory } from '@micro/testing'
import { buildSite } from './site.ts'

export const repository = new URL('../../../', import.meta.url)

/** The strictest policy under which the site is meant to work. */
const policy =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; worker-src 'self'"

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css',
  '.js': 'text/javascript',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
}

/** A built site. */
export interface BuiltSite extends AsyncDisposable {
  readonly folder: URL
  /** Of its pages: `guides/money`. */
  readonly addresses: readonly string[]
}

export const buildTestSite = async (): Promise<BuiltSite> => {
  const directory = await temporaryDirectory()
  const folder = pathToFileURL(`${directory.path}/site/`)
  const addresses = await buildSite(repository, folder)
  return { folder, addresses, [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose]() }
}

/** Serves a built site beneath `/docs/` under the strict policy. */
export const serveSite = async (folder: URL): Promise<AsyncDisposable & { readonly url: string }> => {
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname).replace(/^\/docs\//, '')
    const file = new URL(/(^|\/)$/.test(path) ? `${path}index.html` : path, folder)
    const send = (status: number, content: Buffer, type: string | undefined) =>
      response
        .writeHead(status, { 'content-type': type ?? 'application/octet-stream', 'content-security-policy': policy })
        .end(content)
    readFile(file).then(
      (content) => send(200, content, types[extname(file.pathname)]),
      async () => send(404, await readFile(new URL('404.html', folder)), types['.html']),
    )
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/docs/`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
