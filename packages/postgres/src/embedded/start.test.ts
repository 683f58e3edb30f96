import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { eventually, temporaryDirectory, type TemporaryDirectory } from '@micro/testing'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  createDatabase,
  EmbeddedPostgresError,
  startEmbeddedPostgres,
  withClient,
  type Database,
  type EmbeddedPostgres,
} from '../index.ts'
import { isAlive } from './processes.ts'

let directory: TemporaryDirectory
let running: EmbeddedPostgres[] = []

beforeEach(async () => {
  directory = await temporaryDirectory()
})
afterEach(async () => {
  await Promise.all(running.map((postgres) => postgres.stop()))
  running = []
  await directory.remove()
})

const start = async (path = directory.path, options: { port?: number; durable?: boolean } = {}) => {
  const postgres = await startEmbeddedPostgres({ directory: path, ...options })
  running.push(postgres)
  return postgres
}

const ask = async (postgres: EmbeddedPostgres, text: string) =>
  withClient({ url: postgres.superuserUrl('postgres'), applicationName: 'test' }, async (client) =>
    (await client.query({ text, rowMode: 'array' })).rows.flat(),
  )

const remember = (postgres: EmbeddedPostgres) => ask(postgres, 'create table kept as select 42 as answer')
const recall = (postgres: EmbeddedPostgres) => ask(postgres, 'select answer from kept')

/** A process that starts a cluster and is then killed, with or without its PostgreSQL. */
const startAndLeave = async () => {
  const program = `
    import { startEmbeddedPostgres } from ${JSON.stringify(new URL('start.ts', import.meta.url).href)}
    const postgres = await startEmbeddedPostgres({ directory: process.argv[1] })
    console.log(JSON.stringify([postgres.pid, postgres.superuserUrl('postgres')]))
    setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', program, directory.path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = await once(child.stdout, 'data')
  const [pid, url] = JSON.parse(String(line)) as [number, string]
  child.kill('SIGKILL')
  await once(child, 'exit')
  return { pid, url }
}

describe('the cluster', () => {
  test('runs durably as an unprivileged user behind a password, on loopback alone', async () => {
    const postgres = await start()
    expect(postgres.freshlyCreated).toBe(true)
    for (const [setting, want] of Object.entries({
      fsync: 'on',
      full_page_writes: 'on',
      synchronous_commit: 'on',
      listen_addresses: '127.0.0.1',
      password_encryption: 'scram-sha-256',
      // Its own data directory, which nobody else can enter.
      unix_socket_directories: '.',
      server_encoding: 'UTF8',
    }))
      expect(await ask(postgres, `show ${setting}`)).toEqual([want])
    const { mode, uid } = await stat(join(directory.path, 'cluster'))
    expect(mode & 0o777).toBe(0o700)
    expect(uid).not.toBe(0)
    const secret = join(directory.path, 'secrets', 'superuser-password')
    expect((await stat(secret)).mode & 0o777).toBe(0o600)
    const wrong = createDatabase({
      url: `postgres://postgres:wrong@127.0.0.1:${postgres.port}/postgres`,
      applicationName: 't',
    })
    await expect(wrong.sql`select 1`).rejects.toThrow('password authentication failed')
    await wrong.close()
  })

  test('keeps its data over a restart, and stop leaves no process', async () => {
    const before = await start()
    await remember(before)
    await before.stop()
    expect(await before.exited).toBe(0)
    expect(isAlive(before.pid)).toBe(false)
    const after = await start()
    expect(after.freshlyCreated).toBe(false)
    expect(await recall(after)).toEqual([42])
  })

  test('a connection pool goes on after a restart', async () => {
    const before = await start()
    const pool = createDatabase({ url: before.superuserUrl('postgres'), applicationName: 'survivor' })
    await Promise.all([pool.sql`select 1`, pool.sql`select 2`])
    await before.stop()
    await expect(pool.sql`select 1`).rejects.toThrow()
    await start(directory.path, { port: before.port })
    await eventually(() => expect(pool.sql`select 7 as n`).resolves.toEqual([{ n: 7 }]))
    await pool.close()
  })

  test('lives below a folder that is closed to the server user', async () => {
    const closed = join(directory.path, 'closed')
    await mkdir(join(closed, 'data'), { recursive: true })
    await chmod(closed, 0o700)
    const first = await start(join(closed, 'data'))
    await remember(first)
    await first.stop()
    expect(await recall(await start(join(closed, 'data')))).toEqual([42])
  })
})

describe('the nearest way to the server', () => {
  const nearest = (postgres: EmbeddedPostgres, url = postgres.superuserUrl('postgres')) =>
    createDatabase({ url: postgres.nearestUrl(url), applicationName: 'test', poolSize: 1 })
  const addressOf = ({ sql }: Database) => sql`select coalesce(host(inet_server_addr()), 'socket') as address`

  test('is its socket, behind the same password', async () => {
    const postgres = await start()
    const [right, wrong] = [
      nearest(postgres),
      nearest(postgres, `postgres://postgres:wrong@127.0.0.1:${postgres.port}/postgres`),
    ]
    expect(await addressOf(right)).toEqual([{ address: 'socket' }])
    await expect(wrong.sql`select 1`).rejects.toThrow('password authentication failed')
    await Promise.all([right.close(), wrong.close()])
  })

  test('is TCP where the socket lies too deep to be called', async () => {
    const postgres = await start(join(directory.path, 'deep'.repeat(25)))
    const database = nearest(postgres)
    expect(await addressOf(database)).toEqual([{ address: '127.0.0.1' }])
    await database.close()
  })
})

describe('recovery', () => {
  test('of a PostgreSQL that was killed: what was committed is there', async () => {
    const before = await start()
    await remember(before)
    process.kill(before.pid, 'SIGKILL')
    expect(await before.exited).toBeNull()
    expect(await recall(await start())).toEqual([42])
  })

  test('of a PostgreSQL killed while a backend of it still works', async () => {
    const before = await start()
    await remember(before)
    const busy = ask(before, 'select count(*) from generate_series(1, 1e12)').catch(() => {})
    await eventually(async () =>
      expect(await ask(before, `select count(*) from pg_stat_activity where query like '%1e12%'`)).toEqual(['2']),
    )
    process.kill(before.pid, 'SIGKILL')
    await before.exited
    expect(await recall(await start())).toEqual([42])
    await busy
  })

  test('of a PostgreSQL whose parent was killed: it is stopped and its data kept', async () => {
    const orphan = await startAndLeave()
    expect(isAlive(orphan.pid)).toBe(true)
    await withClient({ url: orphan.url, applicationName: 'test' }, (client) =>
      client.query('create table kept as select 42 as answer'),
    )
    const after = await start()
    expect(isAlive(orphan.pid)).toBe(false)
    expect(await recall(after)).toEqual([42])
  })

  test('of parent and PostgreSQL killed together', async () => {
    const { pid } = await startAndLeave()
    process.kill(pid, 'SIGKILL')
    await eventually(() => !isAlive(pid))
    const after = await start()
    expect(after.freshlyCreated).toBe(false)
    const sockets = (await readdir(join(directory.path, 'cluster'))).filter((name) => /^\.s\.PGSQL\.\d+$/.test(name))
    expect(sockets).toEqual([`.s.PGSQL.${after.port}`])
  })

  test('of a pid file whose number belongs to another process by now', async () => {
    const before = await start()
    await remember(before)
    await before.stop()
    await writeFile(
      join(directory.path, 'cluster', 'postmaster.pid'),
      `${process.pid}\n${directory.path}/cluster\n1\n5432\n`,
    )
    expect(await recall(await start())).toEqual([42])
    expect(isAlive(process.pid)).toBe(true)
  })

  test('of a cluster whose making was interrupted', async () => {
    const before = await start()
    await before.stop()
    await rm(join(directory.path, 'cluster-complete'))
    await rm(join(directory.path, 'cluster', 'base'), { recursive: true })
    expect((await start()).freshlyCreated).toBe(true)
  })
})

describe('what cannot work is said in one sentence', () => {
  const failure = async (work: Promise<unknown>) => {
    const error = await work.then(
      () => undefined,
      (caught: unknown) => caught,
    )
    expect(error).toBeInstanceOf(EmbeddedPostgresError)
    return (error as Error).message
  }

  test('a port that is taken', async () => {
    const squatter = createServer().listen(0, '127.0.0.1')
    await once(squatter, 'listening')
    const { port } = squatter.address() as AddressInfo
    expect(await failure(start(directory.path, { port }))).toBe(`port ${port} is already in use`)
    squatter.close()
    expect((await start(directory.path, { port })).port).toBe(port)
  })

  test('a place that cannot be written to', async () => {
    await writeFile(join(directory.path, 'file'), '')
    expect(await failure(start(join(directory.path, 'file', 'data')))).toContain(
      'below something that is not a directory',
    )
  })

  test('a cluster of another version', async () => {
    await (await start()).stop()
    await writeFile(join(directory.path, 'cluster', 'PG_VERSION'), '12\n')
    expect(await failure(start())).toMatch(/was written by PostgreSQL 12, and this is version 18$/)
  })

  test('a lost password', async () => {
    await (await start()).stop()
    await rm(join(directory.path, 'secrets', 'superuser-password'))
    expect(await failure(start())).toContain('the password of the database is missing')
    expect(await readdir(join(directory.path, 'cluster'))).toContain('base')
  })
})
