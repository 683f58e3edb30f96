// How many payments a running Micro takes. Usage: make bench ARGS='--url http://… --seconds 5 --clients 16 --db postgres://…'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { Agent, request, type IncomingMessage } from 'node:http'
import { parseArgs } from 'node:util'
import { monotonicMs } from '@micro/kernel'
import { startFloor } from './floor.ts'

const { values } = parseArgs({
  options: {
    url: { type: 'string', default: 'http://127.0.0.1:8080' },
    seconds: { type: 'string', default: '5' },
    clients: { type: 'string', default: '16' },
    /** A database on the same PostgreSQL whose role may create a table: then the floor is measured too. */
    db: { type: 'string' },
  },
})
const clients = Number(values.clients)
const slices = 5
const sliceMs = (Number(values.seconds) * 1_000) / slices

interface Workload {
  readonly name: string
  /** How many commits a program that does nothing but this would need: requests of the floor that one counts as. */
  readonly floor: number
  readonly once: () => Promise<unknown>
  readonly tookMs: number[]
  totalMs: number
}

const agent = new Agent({ keepAlive: true, maxSockets: clients })

const send = async (method: string, url: URL, credential?: string, body?: object): Promise<Record<string, unknown>> => {
  const text = body === undefined ? '' : JSON.stringify(body)
  const headers = {
    ...(credential === undefined ? {} : { authorization: `Bearer ${credential}` }),
    ...(method === 'POST' ? { 'idempotency-key': randomUUID() } : {}),
    ...(text === '' ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
  }
  const outgoing = request(url, { method, agent, headers }).end(text)
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage]
  let answer = ''
  for await (const part of incoming.setEncoding('utf8')) answer += String(part)
  if (incoming.statusCode === 429)
    throw new Error(
      'Micro limits requests: start it with MICRO_RATE_LIMIT=0 and, where it is met, MICRO_LOGIN_RATE_LIMIT=0',
    )
  if ((incoming.statusCode ?? 500) >= 300)
    throw new Error(`${method} ${url.pathname} answered ${incoming.statusCode}: ${answer}`)
  return answer === '' ? {} : (JSON.parse(answer) as Record<string, unknown>)
}

const workload = (name: string, floor: number, once: () => Promise<unknown>): Workload => {
  return { name, floor, once, tookMs: [], totalMs: 0 }
}

/** Registers a developer of its own and prepares what is asked for: nothing of anybody else is touched. */
const micro = async (): Promise<Workload[]> => {
  const call = (method: string, path: string, credential?: string, body?: object) =>
    send(method, new URL(path, values.url), credential, body)
  const login = { email: `bench-${randomUUID()}@example.com`, password: randomUUID() }
  await call('POST', '/auth/register', undefined, login)
  const session = String((await call('POST', '/auth/login', undefined, login))['token'])
  const key = String((await call('POST', '/auth/api_keys', session, { environment: 'test' }))['key'])
  for (const id of ['cash', 'sales'])
    await call('POST', '/ledger/accounts', key, { id, name: id, type: id === 'cash' ? 'asset' : 'revenue' })
  const create = async () =>
    String((await call('POST', '/v1/payment_intents', key, { amount: 5000, currency: 'usd' }))['id'])
  const known = await create()
  return [
    workload('retrieve', 1, () => call('GET', `/v1/payment_intents/${known}`, key)),
    workload('create', 1, create),
    workload('create+confirm', 2, async () => {
      const paid = await call('POST', `/v1/payment_intents/${await create()}/confirm`, key, {
        payment_method: 'pm_card_visa',
      })
      if (paid['status'] !== 'succeeded') throw new Error(`a confirm ended ${String(paid['status'])}`)
    }),
    workload('ledger transaction', 1, () =>
      call('POST', '/ledger/transactions', key, {
        reference_id: randomUUID(),
        entries: [
          { account_id: 'cash', amount: 5000, direction: 'debit' },
          { account_id: 'sales', amount: 5000, direction: 'credit' },
        ],
      }),
    ),
  ]
}

/** Closed loop: every client sends its next as soon as its last is answered. */
const runSlice = async (load: Workload, ms: number, tookMs = load.tookMs): Promise<number> => {
  const began = monotonicMs()
  const client = async () => {
    while (monotonicMs() - began < ms) {
      const sent = monotonicMs()
      await load.once()
      tookMs.push(monotonicMs() - sent)
    }
  }
  await Promise.all(Array.from({ length: clients }, client))
  return monotonicMs() - began
}

const rate = ({ tookMs, totalMs }: Workload): number => (tookMs.length / totalMs) * 1_000

const report = (loads: readonly Workload[], floorRate: number | undefined): void => {
  const line = (name: string, cells: readonly string[]) =>
    console.log(name.padEnd(20) + cells.map((cell) => cell.padStart(12)).join(''))
  line('', ['per second', 'p50 ms', 'p99 ms', ...(floorRate === undefined ? [] : ['of floor'])])
  for (const load of loads) {
    const sorted = load.tookMs.toSorted((a, b) => a - b)
    const at = (part: number) => (sorted[Math.floor(part * sorted.length)] ?? 0).toFixed(1)
    const share = floorRate === undefined ? [] : [((rate(load) * load.floor) / floorRate).toFixed(2)]
    line(load.name, [rate(load).toFixed(0), at(0.5), at(0.99), ...share])
  }
}

const bench = async (): Promise<void> => {
  const floor = values.db === undefined ? undefined : await startFloor(values.db)
  const bare =
    floor && workload('floor', 1, () => send('POST', floor.url, undefined, { amount: 5000, currency: 'usd' }))
  try {
    const loads = [...(bare === undefined ? [] : [bare]), ...(await micro())]
    for (const load of loads) await runSlice(load, sliceMs, [])
    // In turns, so that whatever else the machine does hits all of them alike.
    for (let slice = 0; slice < slices; slice++) for (const load of loads) load.totalMs += await runSlice(load, sliceMs)
    report(loads, bare && rate(bare))
  } finally {
    await floor?.stop()
    agent.destroy()
  }
}

try {
  await bench()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
