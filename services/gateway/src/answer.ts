import { STATUS_CODES, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { errorBody, type Fault } from '@micro/kernel'
import { faultHeaders, jsonType, pageType, type HtmlPage } from '@micro/service'

const lingerMsMax = 1_000
const lingerBytesMax = 4 * 1024 * 1024

/** Headers every answer carries, whoever wrote its body. */
export const commonHeaders = (requestId: string): Readonly<Record<string, string>> => ({
  'request-id': requestId,
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
})

export const sendJson = (response: ServerResponse, status: number, body: object): void => {
  const text = `${JSON.stringify(body)}\n`
  response.writeHead(status, { 'content-type': jsonType, 'content-length': Buffer.byteLength(text) }).end(text)
}

/** For people with a browser; the page says itself what it may do. */
export const sendPage = (response: ServerResponse, { status, body, headers }: HtmlPage): void => {
  const length = Buffer.byteLength(body)
  response.writeHead(status, { ...headers, 'content-type': pageType, 'content-length': length }).end(body)
}

// Closing a socket with unread bytes makes the kernel reset it, and the client may lose the answer it should read.
const linger = (request: IncomingMessage): Promise<void> =>
  new Promise((resolve) => {
    let bytes = 0
    const timer = setTimeout(resolve, lingerMsMax)
    const done = (): void => {
      clearTimeout(timer)
      resolve()
    }
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes > lingerBytesMax) done()
    })
    request.once('close', done).once('end', done)
  })

/** Answers with the error envelope. Does nothing when an answer is already under way. */
export const sendFault = (request: IncomingMessage, response: ServerResponse, fault: Fault): void => {
  if (response.headersSent) return void response.destroy()
  for (const [name, value] of Object.entries(faultHeaders(fault))) response.setHeader(name, value)
  if (fault.code !== 'body_too_large') return sendJson(response, fault.spec.status, errorBody(fault))
  const text = `${JSON.stringify(errorBody(fault))}\n`
  const head = { 'content-type': jsonType, 'content-length': Buffer.byteLength(text), connection: 'close' }
  response.writeHead(fault.spec.status, head).write(text)
  void linger(request).then(() => response.end())
}

/** Answers on a bare socket, where there is no response object: malformed HTTP and refused upgrades. Closes it. */
export const sendFaultOnSocket = (socket: Duplex, fault: Fault, headers: Readonly<Record<string, string>>): void => {
  if (!socket.writable) return void socket.destroy()
  const { status } = fault.spec
  const text = `${JSON.stringify(errorBody(fault))}\n`
  const all = {
    ...headers,
    ...faultHeaders(fault),
    'content-type': jsonType,
    'content-length': Buffer.byteLength(text),
    connection: 'close',
  }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Error'}\r\n${lines.join('')}\r\n${text}`, () =>
    socket.destroy(),
  )
}
