import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'

/** A unix socket that leads to a gateway, wherever that is. */
export interface Bridge {
  readonly path: string
  close(): Promise<void>
}

const refuse = (message: string): string => {
  const body = `${JSON.stringify({ error: { type: 'api_error', message } })}\n`
  return `HTTP/1.1 502 Bad Gateway\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`
}

const headLines = (response: IncomingMessage): string => {
  const lines = response.rawHeaders.flatMap((name, at, all) => (at % 2 === 0 ? [`${name}: ${all[at + 1] ?? ''}`] : []))
  return `HTTP/1.1 ${response.statusCode} ${response.statusMessage}\r\n${lines.join('\r\n')}\r\n\r\n`
}

/**
 * Opens a unix socket in a folder that only this user may enter. Stripe's command line speaks plain HTTP and WebSocket
 * over it, and names Stripe's hosts; what it says goes to the gateway under the gateway's own name.
 */
export const openBridge = async (gatewayUrl: string): Promise<Bridge> => {
  const gateway = new URL(gatewayUrl)
  const prefix = gateway.pathname.replace(/\/+$/, '')
  const send = gateway.protocol === 'https:' ? httpsRequest : httpRequest
  const unreachable = `There is no Micro at ${gatewayUrl}. Start it with: micro up`

  const optionsFor = ({ method, url = '/', headers }: IncomingMessage): RequestOptions => ({
    host: gateway.hostname.replace(/^\[|\]$/g, ''),
    port: gateway.port === '' ? undefined : gateway.port,
    method,
    path: `${prefix}${url}`,
    headers: { ...headers, host: gateway.host },
  })

  const server = createServer((request, response) => {
    const outgoing = send(optionsFor(request), (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    outgoing.on('error', () => {
      if (response.headersSent) return response.destroy()
      response.writeHead(502, { 'content-type': 'application/json' })
      response.end(`${JSON.stringify({ error: { type: 'api_error', message: unreachable } })}\n`)
    })
    response.once('close', () => outgoing.destroy())
    request.pipe(outgoing)
  })

  const sockets = new Set<Duplex>()
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  server.on('upgrade', (request, socket, head) => {
    const outgoing = send(optionsFor(request))
    socket.on('error', () => outgoing.destroy())
    outgoing.on('error', () => socket.end(refuse(unreachable)))
    outgoing.on('response', (answer) => {
      socket.write(headLines(answer))
      answer.pipe(socket)
    })
    outgoing.on('upgrade', (answer, upstream, first) => {
      socket.write(headLines(answer))
      if (first.length > 0) socket.write(first)
      if (head.length > 0) upstream.write(head)
      upstream.on('error', () => socket.destroy()).pipe(socket)
      socket.on('error', () => upstream.destroy()).pipe(upstream)
      socket.once('close', () => upstream.destroy())
      upstream.once('close', () => socket.destroy())
    })
    outgoing.end()
  })

  const folder = await mkdtemp(join(tmpdir(), 'micro-stripe-'))
  const path = join(folder, 'gateway.sock')
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(path, resolve))
  return {
    path,
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
      await rm(folder, { recursive: true, force: true })
    },
  }
}
