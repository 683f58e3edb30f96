// One Micro with its books and accounts, and everything that will post to them.
import { createDatabase, migrate, type Database } from '@micro/postgres'
import { createUndo, type Undo } from '@micro/service'
import pg from 'pg'
import { audit, type Acknowledged } from './audit.ts'
import { byHandRows } from './by-hand.ts'
import { accountName, engineRows } from './engine.ts'
import { httpRows, registerDeveloper, type Developer } from './http.ts'
import { postgresCpuUs } from './meters.ts'
import { startPlatform, type Platform } from './platform.ts'
import { rawRow } from './raw.ts'
import type { Row, Way } from './row.ts'
import type { Places } from './scenarios.ts'
import {
  checkpoint,
  createBenchDatabase,
  dropChecks,
  fillByHand,
  fillLedger,
  readVersion,
  readWalBytes,
} from './stage.store.ts'

const migrations = new URL('../../services/ledger/migrations/', import.meta.url)

const byHandCallers = [16, 64]
/** One for the engine with one caller to be held against. */
const functionCallers = [1, 16, 64]
/** Each is registered over HTTP with a password, which costs time that is not measured. */
const developersMax = 10
/** An audit reads everything. */
const auditMsMax = 600_000

export interface StageOptions {
  readonly books: number
  /** Of all books together. */
  readonly accounts: number
  readonly ways: readonly Way[]
  /** Callers of the engine, and connections over HTTP. */
  readonly callers: readonly number[]
  readonly connections: readonly number[]
}

export interface Stage {
  readonly postgresVersion: string
  readonly rows: readonly Row[]
  /** What PostgreSQL has used in all: CPU time in µs (undefined where the system does not tell), bytes of log. */
  meters(): Promise<{ postgresUs: number | undefined; walBytes: number }>
  /** How many transactions there are. @throws Error when anything is lost, twice or wrong */
  audit(acknowledged: readonly Acknowledged[]): Promise<number>
  close(): Promise<void>
}

const prepareBench = async ({ databaseUrl }: Platform, accounts: number): Promise<string> => {
  const url = databaseUrl('bench')
  await createBenchDatabase(databaseUrl('postgres'))
  await fillByHand(url, accounts)
  await migrate({ url, schema: 'ledger', directory: migrations })
  await dropChecks(url)
  return url
}

/** Makes the rows of the ways asked for, in one order. */
const makeRows = (
  options: StageOptions & {
    platform: Platform
    places: Places
    merchants: readonly string[]
    developers: readonly Developer[]
    ledger: Database
    raw: Database
    pool: pg.Pool
  },
): Row[] => {
  const { ways, ledger, raw, merchants, places } = options
  const { naive, byFunction } = byHandRows(options)
  const { engine } = engineRows({ db: ledger, merchants, places })
  const { http } = httpRows(options)
  const rows: Record<Way, Row[]> = {
    naive: byHandCallers.map(naive),
    function: functionCallers.map(byFunction),
    engine: options.callers.map(engine),
    raw: [rawRow({ db: raw, merchants, places })],
    http: options.connections.map(http),
  }
  return Object.entries(rows).flatMap(([way, each]) => (ways.includes(way as Way) ? each : []))
}

const open = async (options: StageOptions, undo: Undo): Promise<Stage> => {
  const platform = await startPlatform()
  undo.add(platform.stop)
  const { books, ways } = options
  const places = { books, accounts: Math.floor(options.accounts / books) }

  const developers: Developer[] = []
  if (ways.includes('http'))
    while (developers.length < Math.min(books, developersMax)) developers.push(await registerDeveloper(platform))
  const others = Array.from({ length: books - developers.length }, (_, at) => `acct_bench_${at}`)
  const merchants = [...developers.map(({ merchant }) => merchant), ...others]

  const benchUrl = await prepareBench(platform, places.books * places.accounts)
  const ledgerUrl = platform.databaseUrl('ledger')
  await fillLedger(ledgerUrl, { merchants, accounts: places.accounts, prefix: accountName('') })

  const database = (url: string, poolSize: number): Database => {
    const db = createDatabase({ url, applicationName: 'bench', poolSize, statementTimeoutMs: auditMsMax })
    undo.add(db.close)
    return db
  }
  // As the service has it: its role, and as many connections.
  const ledger = database(platform.databaseUrl('ledger', 'ledger_app'), 10)
  const raw = database(benchUrl, 1)
  const auditors = { ledger: database(ledgerUrl, 1).sql, bench: database(benchUrl, 1).sql }
  const pool = new pg.Pool({
    connectionString: benchUrl,
    application_name: 'bench',
    max: Math.max(...byHandCallers),
    idleTimeoutMillis: 0,
  })
  // The loss of a connection reaches whoever uses it through the statement; unheard, the event would end the process.
  pool.on('connect', (client) => client.on('error', () => {}))
  pool.on('error', () => {})
  undo.add(() => pool.end())
  await checkpoint(auditors.ledger)

  return {
    postgresVersion: await readVersion(auditors.ledger),
    rows: makeRows({ ...options, platform, places, merchants, developers, ledger, raw, pool }),
    meters: async () => {
      return { postgresUs: postgresCpuUs(platform.postgresPid), walBytes: await readWalBytes(auditors.ledger) }
    },
    audit: (acknowledged) => audit({ ...auditors, acknowledged }),
    close: undo.all,
  }
}

export const openStage = async (options: StageOptions): Promise<Stage> => {
  const undo = createUndo()
  try {
    return await open(options, undo)
  } catch (error) {
    await undo.all().catch(() => {})
    throw error
  }
}
