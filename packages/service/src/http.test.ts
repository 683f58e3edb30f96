import { once } from 'node:events'
import { connect, type AddressInfo } from 'node:net'
import type { Api } from '@micro/contracts'
import { createIds, systemClock } from '@micro/kernel'
import { CommitUnknownError } from '@micro/postgres'
import { eventually } from '@micro/testing'
import { afterAll, expect, test } from 'vitest'
import { createHttp, faultOf } from './http.ts'
import { createLogger } from './log.ts'
import { createOperations } from './operation.ts'
import { noTraces } from './traces/traces.ts'

const api = {
  echo: {
    method: 'POST',
    path: '/echo',
    service: 'auth',
    access: ['public'],
    status: 200,
    summary: '',
    response: { type: 'object' },
  },
} as const satisfies Api

const lines: string[] = []
const http = createHttp({
  service: 'auth',
  newId: createIds({ clock: systemClock }),
  log: createLogger({ service: 'auth', destination: { write: (line) => lines.push(line) } }),
  operations: createOperations(api, { echo: () => Promise.resolve({}) }).values(),
  traces: noTraces(),
  draining: new AbortController().signal,
})
const answered: number[] = []
http.addHook('onSend', async (_request, reply) => void answered.push(reply.statusCode))
afterAll(() => http.close())

test('whom nobody knows may send less', async () => {
  const payload = JSON.stringify({ password: 'x'.repeat(32 * 1024) })
  const answer = await http.inject({
    method: 'POST',
    url: '/echo',
    headers: { 'content-type': 'application/json' },
    payload,
  })
  expect([answer.statusCode, answer.json<{ error: object }>().error]).toMatchObject([
    413,
    { code: 'body_too_large', message: 'The request body is larger than 32768 bytes.' },
  ])
})

test('a client that leaves in the middle of its body is no failure of ours', async () => {
  answered.length = 0
  await http.listen({ host: '127.0.0.1', port: 0 })
  const socket = connect((http.server.address() as AddressInfo).port, '127.0.0.1')
  await once(socket, 'connect')
  socket.write(
    'POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"a":',
  )
  await once(http.server, 'request')
  socket.destroy()
  await eventually(() => expect(answered).toEqual([400]))
  expect(lines).toEqual([])
})

const sqlError = (code: string): Error => Object.assign(new Error('refused'), { code, severity: 'ERROR' })

for (const [what, error, status, code] of [
  ['whose COMMIT nobody answered', new CommitUnknownError('cut off'), 504, 'upstream_timeout'],
  ['that the database had no room for', sqlError('53100'), 503, 'upstream_unavailable'],
  ['that the database had no time for', sqlError('57014'), 503, 'upstream_unavailable'],
  ["refused for another's sake too often", sqlError('40001'), 503, 'upstream_unavailable'],
  ['with a mistake of ours', sqlError('42P01'), 500, 'internal'],
] as const)
  test(`work ${what} ends with ${status}, which tells whether to ask again`, () => {
    const fault = faultOf(error, 'payments')
    expect([fault.spec.status, fault.code, fault.spec.retryable]).toEqual([status, code, true])
  })
