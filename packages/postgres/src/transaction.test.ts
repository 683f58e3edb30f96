import { once } from 'node:events'
import { connect, createServer, type AddressInfo } from 'node:net'
import { eventually, scratchDatabase, type TestDatabase } from '@micro/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  CommitUnknownError,
  createDatabase,
  isConnectionError,
  only,
  TransactionAbortedError,
  TransactionFinishedError,
  withClient,
  type Sql,
} from './index.ts'

let scratch: TestDatabase

beforeAll(async () => {
  scratch = await scratchDatabase()
  await scratch.owner.sql`create table scratch.counters (id text primary key, value int8 not null default 0)`
  await scratch.owner.sql`create table scratch.checked (id int primary key, parent int,
    constraint parent_exists foreign key (parent) references scratch.checked deferrable initially deferred)`
})
beforeEach(async () => {
  await scratch.owner.sql`truncate scratch.counters`
  await scratch.owner.sql`insert into scratch.counters values ('a'), ('b')`
})
afterAll(() => scratch.close())

const insert = (sql: Sql, id: string) => sql`insert into scratch.counters values (${id})`
const ids = async () =>
  (await scratch.owner.sql<{ id: string }>`select id from scratch.counters order by id`).map(({ id }) => id)
const valueOf = async (id: string) =>
  only(await scratch.owner.sql<{ value: bigint }>`select value from scratch.counters where id = ${id}`).value

const killBackend = (pid: number) =>
  withClient({ url: scratch.superuserUrl, applicationName: 'killer' }, (client) =>
    client.query('select pg_terminate_backend($1, 5000)', [pid]),
  )

describe('commit and rollback', () => {
  test('work that returns is committed as one', async () => {
    await scratch.owner.transaction(async (sql) => {
      await insert(sql, 'c')
      await insert(sql, 'd')
      expect(await ids()).toEqual(['a', 'b'])
    })
    expect(await ids()).toEqual(['a', 'b', 'c', 'd'])
  })

  test('work that throws leaves nothing and the error comes through', async () => {
    const failure = new Error('no')
    const work = scratch.owner.transaction(async (sql) => {
      await insert(sql, 'c')
      throw failure
    })
    await expect(work).rejects.toBe(failure)
    expect(await ids()).toEqual(['a', 'b'])
  })

  test('statements sent without waiting run in order in the same transaction', async () => {
    await scratch.owner.transaction((sql) => Promise.all([insert(sql, 'c'), insert(sql, 'd'), insert(sql, 'e')]))
    expect(await ids()).toEqual(['a', 'b', 'c', 'd', 'e'])
  })

  test('one of several statements sent at once failing undoes all', async () => {
    const work = scratch.owner.transaction((sql) => Promise.all([insert(sql, 'c'), insert(sql, 'a'), insert(sql, 'd')]))
    await expect(work).rejects.toThrow('duplicate key')
    expect(await ids()).toEqual(['a', 'b'])
  })

  test('of statements sent at once the error told is that of the one which failed', async () => {
    // The later one is awaited alone: all it hears from the server is that its transaction is aborted.
    const work = scratch.owner.transaction(async (sql) => {
      void insert(sql, 'a').catch(() => {})
      await insert(sql, 'c')
    })
    await expect(work).rejects.toThrow('duplicate key')
    expect(await ids()).toEqual(['a', 'b'])
  })

  test('statements sent at once leave in one packet, BEGIN and COMMIT with them', async () => {
    const packets: string[] = []
    const { port, hostname } = new URL(scratch.urls.owner)
    const relay = createServer((client) => {
      const server = connect(Number(port), hostname)
      client
        .on('data', (bytes) => packets.push(bytes.toString('latin1')))
        .pipe(server)
        .pipe(client)
    }).listen(0, '127.0.0.1')
    await once(relay, 'listening')
    const url = new URL(scratch.urls.owner)
    url.port = String((relay.address() as AddressInfo).port)
    const relayed = createDatabase({ url: url.href, applicationName: 'relayed', poolSize: 1 })
    await relayed.sql`select 1`
    packets.length = 0
    await relayed.transaction((sql) =>
      Promise.all([insert(sql, 'c'), insert(sql, 'd'), sql.andCommit`insert into scratch.counters values ('e')`]),
    )
    expect(packets).toHaveLength(1)
    expect(packets[0]).toMatch(/begin[^]*commit/)
    await relayed.close()
    relay.close()
  })

  test('a first statement that fails leaves the connection usable', async () => {
    const one = createDatabase({ url: scratch.urls.owner, applicationName: 'one', poolSize: 1 })
    await expect(one.transaction((sql) => insert(sql, 'a'))).rejects.toThrow('duplicate key')
    await one.transaction((sql) => insert(sql, 'c'))
    expect(await one.sql`select pg_current_xact_id_if_assigned() as id`).toEqual([{ id: null }])
    await one.close()
    expect(await ids()).toEqual(['a', 'b', 'c'])
  })

  test('a swallowed error is reported instead of a commit that was none', async () => {
    const work = scratch.owner.transaction(async (sql) => {
      await insert(sql, 'c')
      await insert(sql, 'a').catch(() => {})
    })
    await expect(work).rejects.toBeInstanceOf(TransactionAbortedError)
    expect(await ids()).toEqual(['a', 'b'])
  })

  test('a constraint that fails at commit is the error', async () => {
    const work = scratch.owner.transaction((sql) => sql`insert into scratch.checked values (1, 99)`)
    await expect(work).rejects.toMatchObject({ constraint: 'parent_exists' })
  })

  test('work without statements needs no BEGIN', async () => {
    await expect(scratch.owner.transaction(async () => 7)).resolves.toBe(7)
  })

  test('sql of a finished transaction throws', async () => {
    const kept = await scratch.owner.transaction(async (sql) => {
      await insert(sql, 'c')
      return [sql]
    })
    await expect(insert(only(kept), 'd')).rejects.toBeInstanceOf(TransactionFinishedError)
  })
})

describe('andCommit', () => {
  test('commits with the last statement and gives its rows', async () => {
    const rows = await scratch.owner.transaction(async (sql) => {
      await insert(sql, 'c')
      const last = await sql.andCommit`insert into scratch.counters values ('d') returning id`
      expect(await ids()).toEqual(['a', 'b', 'c', 'd'])
      return last
    })
    expect(rows).toEqual([{ id: 'd' }])
  })

  test('may be the only statement', async () => {
    await scratch.owner.transaction((sql) => sql.andCommit`insert into scratch.counters values ('c')`)
    expect(await ids()).toEqual(['a', 'b', 'c'])
  })

  test('a failing last statement undoes all and its own error comes through', async () => {
    const work = scratch.owner.transaction(async (sql) => {
      await insert(sql, 'c')
      return sql.andCommit`insert into scratch.counters values ('a')`
    })
    await expect(work).rejects.toThrow('duplicate key')
    expect(await ids()).toEqual(['a', 'b'])
  })

  test('a last statement that cannot be sent commits nothing', async () => {
    const work = scratch.owner.transaction(async (sql) => {
      await insert(sql, 'c')
      return sql.andCommit`insert into scratch.counters values (${undefined})`
    })
    await expect(work).rejects.toThrow('undefined')
    expect(await ids()).toEqual(['a', 'b'])
  })

  test('nothing runs after it', async () => {
    const work = scratch.owner.transaction(async (sql) => {
      await sql.andCommit`insert into scratch.counters values ('c')`
      await insert(sql, 'd')
    })
    await expect(work).rejects.toBeInstanceOf(TransactionFinishedError)
    expect(await ids()).toEqual(['a', 'b', 'c'])
  })
})

describe('a transaction that need not be durable', () => {
  const setting = async (sql: Sql) =>
    only(await sql<{ value: string }>`select current_setting('synchronous_commit') as value`).value

  test('does not wait for the disk, and the next one on its connection does', async () => {
    const one = createDatabase({ url: scratch.urls.owner, applicationName: 'one', poolSize: 1 })
    // Servers of tests do not wait by themselves.
    await one.sql`set synchronous_commit to on`
    for (const isolation of [undefined, 'repeatable read'] as const)
      expect(await one.transaction(setting, { durable: false, ...(isolation && { isolation }) })).toBe('off')
    expect(await one.transaction(setting)).toBe('on')
    await one.close()
  })

  test('commits, and rolls back, as any other', async () => {
    await scratch.owner.transaction((sql) => sql.andCommit`insert into scratch.counters values ('c')`, {
      durable: false,
    })
    const failing = scratch.owner.transaction((sql) => Promise.all([insert(sql, 'd'), insert(sql, 'a')]), {
      durable: false,
    })
    await expect(failing).rejects.toThrow('duplicate key')
    expect(await ids()).toEqual(['a', 'b', 'c'])
  })
})

describe('retries', () => {
  test('serializable increments in parallel all count', async () => {
    const increment = () =>
      scratch.owner.transaction(
        async (sql) => {
          const { value } = only(await sql<{ value: bigint }>`select value from scratch.counters where id = 'a'`)
          await sql`update scratch.counters set value = ${value + 1n} where id = 'a'`
        },
        { isolation: 'serializable' },
      )
    const results = await Promise.allSettled([increment(), increment(), increment()])
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled'])
    expect(await valueOf('a')).toBe(3n)
  })

  test('the victim of a deadlock runs again', async () => {
    let arrived = 0
    const addTo = (ids: [string, string]) =>
      scratch.owner.transaction(async (sql) => {
        await sql`update scratch.counters set value = value + 1 where id = ${ids[0]}`
        arrived++
        await eventually(() => arrived >= 2)
        await sql`update scratch.counters set value = value + 1 where id = ${ids[1]}`
      })
    await Promise.all([addTo(['a', 'b']), addTo(['b', 'a'])])
    expect([await valueOf('a'), await valueOf('b')]).toEqual([2n, 2n])
    expect(arrived).toBeGreaterThan(2)
  })

  test('tries are bounded', async () => {
    let tries = 0
    const work = scratch.owner.transaction(async (sql) => {
      tries++
      await sql`do $$ begin raise exception 'again' using errcode = '40001'; end $$`
    })
    await expect(work).rejects.toThrow('again')
    expect(tries).toBe(5)
  })

  test('what was committed is never run again', async () => {
    let tries = 0
    const work = scratch.owner.transaction(async (sql) => {
      tries++
      await sql.andCommit`insert into scratch.counters values ('c')`
      await scratch.owner.sql`do $$ begin raise exception 'later' using errcode = '40001'; end $$`
    })
    await expect(work).rejects.toThrow('later')
    expect(tries).toBe(1)
  })
})

describe('lost connections', () => {
  const backend = (sql: Sql) => sql<{ pid: number }>`select pg_backend_pid() as pid`

  test('one lost before COMMIT is a connection error, and the pool goes on', async () => {
    const work = scratch.owner.transaction(async (sql) => {
      await insert(sql, 'c')
      await killBackend(only(await backend(sql)).pid)
      await insert(sql, 'd')
    })
    const error = await work.catch((caught: unknown) => caught)
    expect(isConnectionError(error)).toBe(true)
    expect(await ids()).toEqual(['a', 'b'])
  })

  test('one lost during COMMIT is an unknown outcome', async () => {
    await scratch.owner.sql`create or replace function scratch.hang() returns trigger language plpgsql as
      $$ begin perform pg_sleep(20); return null; end $$`
    await scratch.owner.sql`create constraint trigger hang after insert on scratch.checked deferrable initially deferred
      for each row execute function scratch.hang()`
    let pid = 0
    const work = scratch.owner.transaction(async (sql) => {
      pid = only(await backend(sql)).pid
      await sql`insert into scratch.checked values (2, null)`
    })
    const outcome = work.catch((caught: unknown) => caught)
    const isCommitting = async () => {
      const rows = await scratch.owner
        .sql`select from pg_stat_activity where pid = ${pid} and query = 'commit' and state = 'active'`
      return rows.length === 1
    }
    await eventually(isCommitting)
    await killBackend(pid)
    expect(await outcome).toBeInstanceOf(CommitUnknownError)
    await scratch.owner.sql`drop trigger hang on scratch.checked`
  })

  test('one lost during a statement that COMMIT was sent along with is an unknown outcome, too', async () => {
    let pid = 0
    const work = scratch.owner.transaction(async (sql) => {
      pid = only(await backend(sql)).pid
      await Promise.all([sql`select pg_sleep(20)`, sql.andCommit`insert into scratch.counters values ('c')`])
    })
    const outcome = work.catch((caught: unknown) => caught)
    await eventually(async () => {
      const rows = await scratch.owner
        .sql`select from pg_stat_activity where pid = ${pid} and query like 'select pg_sleep%' and state = 'active'`
      return rows.length === 1
    })
    await killBackend(pid)
    expect(await outcome).toBeInstanceOf(CommitUnknownError)
  })

  test('an idle connection that is lost is replaced', async () => {
    const one = createDatabase({ url: scratch.urls.owner, applicationName: 'one', poolSize: 1 })
    const { pid } = only(await backend(one.sql))
    await killBackend(pid)
    await eventually(async () => expect(only(await backend(one.sql)).pid).not.toBe(pid))
    await one.close()
  })

  test('no connection in time is a connection error', async () => {
    const one = createDatabase({
      url: scratch.urls.owner,
      applicationName: 'one',
      poolSize: 1,
      acquireTimeoutMs: 1_000,
    })
    const error = await one.transaction(async (sql) => {
      await backend(sql)
      return one.sql`select 1`.catch((caught: unknown) => caught)
    })
    expect(isConnectionError(error)).toBe(true)
    await one.close()
  })

  test('a server that is not there is a connection error', async () => {
    const nobody = createDatabase({ url: 'postgres://u:p@127.0.0.1:1/none', applicationName: 'none' })
    expect(isConnectionError(await nobody.sql`select 1`.catch((caught: unknown) => caught))).toBe(true)
    await nobody.close()
  })

  test('a statement over its time limit ends', async () => {
    const hasty = createDatabase({ url: scratch.urls.owner, applicationName: 'hasty', statementTimeoutMs: 50 })
    await expect(hasty.sql`select pg_sleep(20)`).rejects.toMatchObject({ code: '57014' })
    await hasty.close()
  })
})
