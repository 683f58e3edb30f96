// The floor: a bare node:http server that answers the same bytes to everybody.
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tell } from './program.ts'
import { intent } from './stand-in.ts'

const body = `${JSON.stringify(intent)}\n`
const headers = { 'content-type': 'application/json; charset=utf-8', 'content-length': Buffer.byteLength(body) }

const server = createServer((_request, response) => void response.writeHead(200, headers).end(body))
server.listen(0, '127.0.0.1')
await once(server, 'listening')
tell((server.address() as AddressInfo).port)
