import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { attachContext, type Service } from '@micro/service'
import { eventually, testDatabase, testRuntime, type TestDatabase } from '@micro/testing'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createLedger } from '../service.ts'
import { testConfig } from '../testing/config.ts'
import { merchant } from '../testing/ledger.ts'

// Over sockets, since how fast somebody sends or reads is theirs to say only there.

const url = '/ledger/transactions/bulk'
const times = <T>(count: number, make: (at: number) => T): T[] => Array.from({ length: count }, (_, at) => make(at))

let database: TestDatabase
let service: Service
let server: Server
let port: number
/** Milliseconds. */
let now = 0
/** Requests of each merchant that have begun to arrive. */
const begun = new Map<string, number>()
beforeAll(async () => {
  database = await testDatabase('ledger', { poolSize: 10 })
  const options = { background: false, nowMs: () => now }
  ;({ service } = createLedger({ ...testRuntime(), db: database.db, config: testConfig() }, options))
  await service.start()
  server = createServer((request, response) => {
    const who = String(request.headers['x-merchant'])
    begun.set(who, (begun.get(who) ?? 0) + 1)
    attachContext(request, { requestId: 'req_test', principal: merchant(who), clientIp: '127.0.0.1' })
    service.http.routing(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  port = (server.address() as AddressInfo).port
})
const sockets: Socket[] = []
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy()
})
afterAll(async () => {
  server.closeAllConnections()
  server.close()
  await service.stop()
  await database.close()
})

const post = async (who: string, path: string, body: object) => {
  const headers = { 'content-type': 'application/json', 'x-merchant': who }
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
  return { status: answer.status, body: (await answer.json()) as { error?: { code: string } } }
}
const opened = async (who: string, accounts: number): Promise<string> => {
  for (const id of times(accounts, (at) => `a${at}`))
    expect((await post(who, '/ledger/accounts', { id, name: id, type: 'asset' })).status).toBe(201)
  return who
}
const item = (reference_id: string, accounts = 2) => ({
  reference_id,
  entries: times(accounts, (at) => ({ account_id: `a${at}`, amount: at % 2 === 0 ? 1 : -1 })),
})

/** A client that says so many bytes are to come, and sends only some of them. Resolves once it has a seat. */
const say = async (who: string, bytes: number, sent: string): Promise<Socket> => {
  const before = begun.get(who) ?? 0
  const socket = connect(port, '127.0.0.1')
  sockets.push(socket)
  socket.on('error', () => {})
  await once(socket, 'connect')
  const headers = `content-type: application/json\r\ncontent-length: ${bytes}\r\nx-merchant: ${who}`
  socket.write(`POST ${url} HTTP/1.1\r\nhost: x\r\n${headers}\r\n\r\n${sent}`)
  await eventually(() => expect(begun.get(who)).toBeGreaterThan(before))
  return socket
}
/** What a client hears, as it comes. */
const hearing = (socket: Socket) => {
  const told = { text: '', ended: false }
  socket.setEncoding('utf8').on('data', (piece: string) => (told.text += piece))
  socket.once('close', () => (told.ended = true))
  return told
}

const small = (who: string, reference: string) => post(who, url, { transactions: [item(reference)] })

describe('bodies that hardly arrive', () => {
  test('of several merchants hold all seats for a moment, then one of them gives its up and is told so', async () => {
    const mine = await opened('acct_mine', 2)
    const slow: Socket[] = []
    for (let at = 0; at < 12; at++) slow.push(await say(`acct_slow_${at % 3}`, 1_000_000, '{"transactions":['))
    const told = slow.map(hearing)
    now += 5_000
    expect((await small(mine, 'early')).status).toBe(503)
    now += 10
    expect((await small(mine, 'mine')).status).toBe(200)
    await eventually(() => expect(told.filter(({ ended }) => ended)).toHaveLength(1))
    expect(told.find(({ ended }) => ended)?.text).toMatch(
      /^HTTP\/1\.1 503 [\s\S]*connection: close[\s\S]*"ledger_busy"/i,
    )
  })

  test('whom nobody waits for is let be, and its bulk recorded', async () => {
    const who = await opened('acct_patient', 2)
    const body = JSON.stringify({ transactions: [item('late')] })
    const socket = await say(who, body.length, body.slice(0, 10))
    const told = hearing(socket)
    now += 60_000
    expect((await small(who, 'another')).status).toBe(200)
    socket.write(body.slice(10))
    await eventually(() => expect(told.text).toMatch(/^HTTP\/1\.1 200 /))
  })

  test('a client that leaves in the middle leaves its seat', async () => {
    const who = await opened('acct_leaver', 2)
    const left: Socket[] = []
    for (let at = 0; at < 4; at++) left.push(await say(who, 1_000_000, '{'))
    expect((await small(who, 'x')).status).toBe(503)
    for (const socket of left) socket.destroy()
    await eventually(async () => expect((await small(who, 'y')).status).toBe(200))
  })
})

test('an answer that nobody reads gives its seat up; sent again, what was recorded exists', async () => {
  const who = await opened('acct_reader', 100)
  // As much as one may ask for: half of it the kernel may hold for a reader who does not read.
  const transactions = times(400, (at) => item(`r${at}`, 100))
  const body = JSON.stringify({ transactions })
  const readers: Socket[] = []
  for (let at = 0; at < 4; at++) {
    const socket = await say(who, body.length, body)
    // It has begun to arrive, and nothing of it is taken.
    await once(socket, 'readable')
    readers.push(socket)
  }
  now += 60_000
  expect((await small(who, 'early')).status).toBe(503)
  now += 300_000
  expect((await small(who, 'mine')).status).toBe(200)
  for (const socket of readers) socket.destroy()
  await eventually(async () => {
    const { status, body: told } = await post(who, url, { transactions, results: 'summary' })
    expect([status, told]).toEqual([200, expect.objectContaining({ counts: expect.objectContaining({ exists: 400 }) })])
  })
})
