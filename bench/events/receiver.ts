// Somebody's server that takes webhooks: reads each to its end, answers 200 and counts.
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { obey } from './program.ts'

let count = 0
const server = createServer((incoming, response) => {
  incoming.resume().on('end', () => {
    count++
    response.end()
  })
}).listen(0, '127.0.0.1')
await once(server, 'listening')

obey({
  where: () => ({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }),
  count: () => count,
})
