import { chown, mkdir, open, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryDirectory, type TemporaryDirectory } from '@micro/testing'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import {
  backUpCluster,
  createDatabase,
  findRunningPostgres,
  serverUser,
  startEmbeddedPostgres,
  type BackupSink,
  type Database,
  type EmbeddedPostgres,
} from '../index.ts'

// Whole clusters are copied, durably, and started.
vi.setConfig({ testTimeout: 120_000 })

let source: TemporaryDirectory
let copy: TemporaryDirectory
let running: EmbeddedPostgres[] = []
let opened: Database[] = []

beforeEach(async () => {
  source = await temporaryDirectory()
  copy = await temporaryDirectory()
})
afterEach(async () => {
  await Promise.all(opened.map((database) => database.close()))
  await Promise.all(running.map((postgres) => postgres.stop()))
  ;[opened, running] = [[], []]
  await Promise.all([source.remove(), copy.remove()])
})

const start = async (directory: string) => {
  const postgres = await startEmbeddedPostgres({ directory })
  running.push(postgres)
  const database = createDatabase({ url: postgres.superuserUrl('postgres'), applicationName: 'test' })
  opened.push(database)
  return { postgres, sql: database.sql }
}

/** Writes what it is given as a data directory that the embedded server starts on. */
const copyingTo = async (
  target: string,
  onFile: (path: string) => Promise<void> | void = () => {},
): Promise<BackupSink> => {
  const user = serverUser()
  const own = async (path: string) => user && chown(path, user.uid, user.gid)
  const cluster = join(target, 'cluster')
  await mkdir(cluster, { mode: 0o700 })
  await own(cluster)
  return {
    async folder(path) {
      await mkdir(join(cluster, path), { mode: 0o700 })
      await own(join(cluster, path))
    },
    async file(path, bytes, content) {
      const file = await open(join(cluster, path), 'wx', 0o600)
      for await (const chunk of content) await file.writeFile(chunk)
      expect({ path, size: (await file.stat()).size }).toEqual({ path, size: bytes })
      await file.close()
      await own(join(cluster, path))
      await onFile(path)
    },
  }
}

/** The password and the marker, which the caller of a backup keeps beside it. */
const complete = async (target: string, from: EmbeddedPostgres) => {
  await mkdir(join(target, 'secrets'), { mode: 0o700 })
  await writeFile(join(target, 'secrets', 'superuser-password'), new URL(from.superuserUrl('x')).password)
  await writeFile(join(target, 'cluster-complete'), 'PostgreSQL\n')
}

test('a copy made under load recovers whole: what was committed before it began, and nothing of a transaction by halves', async () => {
  const { postgres, sql } = await start(source.path)
  await sql`create table pairs (id bigint generated always as identity, side text not null, worker int not null)`
  await sql`create table large as select n, repeat(md5(n::text), 20) as text from generate_series(1, 20000) n`
  const write = async (worker: number) => {
    for (let at = 0; !done; at++) {
      await sql`insert into pairs (side, worker) values ('left', ${worker}), ('right', ${worker})`
      if (at % 20 === 0) await sql`update large set text = text || 'x' where n % 50 = ${at % 50}`
    }
  }
  let done = false
  const load = Promise.all([1, 2, 3].map(write))
  const [before] = await sql<{ count: bigint }>`select count(*) as count from pairs`

  // The server writes and recycles log all the while the files are copied.
  const sink = await copyingTo(copy.path, async (path) => {
    if (path === 'base/1/1247') for (let at = 0; at < 3; at++) await sql`select pg_switch_wal()`
    if (path === 'base/1/1249') await sql`checkpoint`
  })
  const told: string[] = []
  await backUpCluster({
    url: postgres.superuserUrl('postgres'),
    cluster: join(source.path, 'cluster'),
    sink,
    beforeStop: async () => void told.push('open'),
  })
  done = true
  await load
  expect(told).toEqual(['open'])

  await complete(copy.path, postgres)
  const restored = await start(copy.path)
  const [after] = await restored.sql<{ count: bigint; sides: bigint }>`
    select count(*) as count, count(*) filter (where side = 'left') as sides from pairs`
  expect(after?.count).toBeGreaterThanOrEqual(before?.count ?? 0n)
  expect(after?.sides).toBe((after?.count ?? 0n) / 2n)
  expect(await restored.sql`select count(*) as n, count(text) as texts from large`).toEqual([
    { n: 20000n, texts: 20000n },
  ])
  expect(await restored.sql`select slot_name from pg_replication_slots`).toEqual([])
})

test('a copy without its last log segment does not start: half a backup is never taken for one', async () => {
  const { postgres, sql } = await start(source.path)
  await sql`create table kept as select 1 as x`
  const segments: string[] = []
  await backUpCluster({
    url: postgres.superuserUrl('postgres'),
    cluster: join(source.path, 'cluster'),
    sink: await copyingTo(copy.path, (path) => void (path.startsWith('pg_wal/') && segments.push(path))),
    beforeStop: async () => {
      await sql`select pg_switch_wal()`
      await sql`create table later as select 1 as x`
    },
  })
  expect(segments.length).toBeGreaterThan(1)
  await rm(join(copy.path, 'cluster', segments.at(-1) ?? ''))
  await complete(copy.path, postgres)
  await expect(start(copy.path)).rejects.toThrow(/PostgreSQL did not start/)
})

test('a sink that fails ends the backup with its error, and leaves no slot that would keep log for ever', async () => {
  const { postgres, sql } = await start(source.path)
  const full = new Error('the disk is full')
  await expect(
    backUpCluster({
      url: postgres.superuserUrl('postgres'),
      cluster: join(source.path, 'cluster'),
      sink: { folder: async () => {}, file: () => Promise.reject(full) },
    }),
  ).rejects.toBe(full)
  expect(await sql`select slot_name from pg_replication_slots`).toEqual([])
})

test('a server that another process started is found with its password, a stopped one is a sentence', async () => {
  const { postgres } = await start(source.path)
  const found = await findRunningPostgres(source.path)
  expect(found.superuserUrl('ledger')).toBe(postgres.superuserUrl('ledger'))
  await postgres.stop()
  await expect(findRunningPostgres(source.path)).rejects.toThrow('no PostgreSQL is ready')
})
