// What a payment costs, beside two requests that each commit one row. Usage: make bench-payments ARGS='--seconds 2 --rounds 3'
import { parseArgs } from 'node:util'
import { createDatabase } from '@micro/postgres'
import { createUndo } from '@micro/service'
import { startFloor } from './floor.ts'
import { registerDeveloper } from './ledger/http.ts'
import { cpuUs, postgresCpuUs } from './ledger/meters.ts'
import { startPlatform } from './ledger/platform.ts'
import { readWalBytes } from './ledger/stage.store.ts'
import { check } from './payments/check.ts'
import { run } from './payments/load.ts'
import { report, type Slice } from './payments/report.ts'
import { floorSteps, paymentSteps, type Row } from './payments/rows.ts'

const { values } = parseArgs({
  options: {
    /** Of each slice; a row has as many slices as there are rounds. */
    seconds: { type: 'string', default: '2' },
    rounds: { type: 'string', default: '3' },
    clients: { type: 'string', default: '1,16,64' },
  },
})
const rounds = Number(values.rounds)
const clientCounts = values.clients.split(',').map(Number)
/** The ways between the floor and a payment are measured with so many. */
const partClients = clientCounts[clientCounts.length >> 1] ?? 16
const warmUpMs = 300

const bench = async (): Promise<void> => {
  const undo = createUndo()
  try {
    const platform = await startPlatform()
    undo.add(platform.stop)
    const floor = await startFloor(platform.databaseUrl('postgres'))
    undo.add(floor.stop)
    const developer = await registerDeveloper(platform)
    const paid = new Set<string>()
    const { create, confirm, retrieve } = paymentSteps(developer.key, (id) => paid.add(id))
    let known = ''
    const first: Parameters<typeof run>[1] = [{ ...create(false), answered: ({ id }) => void (known = String(id)) }]
    await run(platform.url, first, { clients: 1, payments: 1 })

    const micro = (name: string, clients: number, steps: Row['steps']): Row => {
      return { name, url: platform.url, clients, steps, nodeUs: () => cpuUs(platform.pid) }
    }
    const rows: Row[] = [
      ...clientCounts.map((clients) => {
        return { name: 'floor', url: floor.url.href, clients, steps: floorSteps(), nodeUs: () => cpuUs(floor.pid) }
      }),
      micro('two retrieves', partClients, [retrieve(known), retrieve(known)]),
      micro('create', partClients, [create(false)]),
      micro('create, keyed', partClients, [create(true)]),
      micro('payment, no keys', partClients, [create(false), confirm(false)]),
      ...clientCounts.map((clients) => micro('payment', clients, [create(true), confirm(true)])),
    ]

    const watched = createDatabase({ url: platform.databaseUrl('postgres'), applicationName: 'bench', poolSize: 1 })
    undo.add(watched.close)
    const perMs = new Map<Row, number>()
    const slice = async (row: Row, ms: number): Promise<Slice> => {
      const used = async () => ({
        nodeUs: row.nodeUs() ?? Number.NaN,
        postgresUs: postgresCpuUs(platform.postgresPid) ?? Number.NaN,
        walBytes: await readWalBytes(watched.sql),
      })
      const before = await used()
      const payments = Math.max(row.clients, Math.round((perMs.get(row) ?? 0.05) * ms))
      const ran = await run(row.url, row.steps, { clients: row.clients, payments })
      const after = await used()
      perMs.set(row, ran.payments / ran.ms)
      const each = (field: 'nodeUs' | 'postgresUs' | 'walBytes') => (after[field] - before[field]) / ran.payments
      return {
        perSecond: (ran.payments / ran.ms) * 1_000,
        p50Ms: ran.p50Ms,
        p99Ms: ran.p99Ms,
        nodeUs: each('nodeUs'),
        postgresUs: each('postgresUs'),
        walBytes: each('walBytes'),
      }
    }

    const slices = new Map<Row, Slice[]>(rows.map((row) => [row, []]))
    for (const row of rows) await slice(row, warmUpMs)
    // In turns, there and back, so that whatever else the machine does hits all of them alike.
    for (let round = 0; round < rounds; round++)
      for (const row of round % 2 === 0 ? rows : rows.toReversed())
        slices.get(row)?.push(await slice(row, Number(values.seconds) * 1_000))

    report(
      rows.map((row) => {
        const beside = rows.find(({ name, clients }) => name === 'floor' && clients === row.clients)
        return { row, slices: slices.get(row) ?? [], floor: (beside && slices.get(beside)) ?? [] }
      }),
    )
    await check(platform.databaseUrl, paid, { url: platform.url, key: developer.key })
    console.log(`\n${paid.size} payments: each stored, posted and told once; the ledger sums to 0 and verifies`)
  } finally {
    await undo.all()
  }
}

try {
  await bench()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
