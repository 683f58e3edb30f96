import { once } from 'node:events'
import { connect, createServer, type AddressInfo } from 'node:net'
import { scratchDatabase, type TestDatabase } from '@micro/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { CommitUnknownError, createDatabase, TransactionAbortedError, type Sql } from './index.ts'

let scratch: TestDatabase

beforeAll(async () => {
  scratch = await scratchDatabase()
  await scratch.owner.sql`create table scratch.counters (id text primary key, value int8 not null default 0)`
})
beforeEach(async () => {
  await scratch.owner.sql`truncate scratch.counters`
  await scratch.owner.sql`insert into scratch.counters values ('a'), ('b')`
})
afterAll(() => scratch.close())

const insert = (sql: Sql, id: string) => sql`insert into scratch.counters values (${id})`
const ids = async () =>
  (await scratch.owner.sql<{ id: string }>`select id from scratch.counters order by id`).map(({ id }) => id)

describe('statements sent at once on a connection that has prepared them', () => {
  const one = async () => {
    const warm = createDatabase({ url: scratch.urls.owner, applicationName: 'warm', poolSize: 1 })
    const work = (names: readonly string[]) =>
      warm.transaction((sql) =>
        Promise.all([
          insert(sql, names[0] ?? ''),
          sql<{ value: bigint }>`select value + 1 as value from scratch.counters where id = ${names[0] ?? ''}`,
          insert(sql, names[1] ?? ''),
          sql.andCommit<{ id: string }>`select id from scratch.counters where id = ${names[1] ?? ''}`,
        ]),
      )
    await work(['warm', 'up'])
    return { work, [Symbol.asyncDispose]: warm.close, warm }
  }

  test('each has its own rows', async () => {
    await using known = await one()
    expect(await known.work(['c', 'd'])).toEqual([[], [{ value: 1n }], [], [{ id: 'd' }]])
    expect(await ids()).toEqual(['a', 'b', 'c', 'd', 'up', 'warm'])
  })

  test('one that fails undoes all, is the error told, and leaves the connection usable', async () => {
    await using known = await one()
    await expect(known.work(['c', 'a'])).rejects.toMatchObject({ code: '23505' })
    expect(await ids()).toEqual(['a', 'b', 'up', 'warm'])
    await known.work(['c', 'd'])
    expect(await ids()).toEqual(['a', 'b', 'c', 'd', 'up', 'warm'])
  })

  test('one that fails and was not prepared yet is told instead of those behind it, which only say that one did', async () => {
    await using known = await one()
    const swallowed = known.warm.transaction((sql) => {
      sql`insert into scratch.counters (id) values (${'a'})`.catch(() => {})
      return Promise.all([insert(sql, 'c'), insert(sql, 'd')])
    })
    await expect(swallowed).rejects.toMatchObject({ code: '23505' })
    expect(await ids()).toEqual(['a', 'b', 'up', 'warm'])
  })

  test('one that failed and was swallowed is reported instead of a commit that was none', async () => {
    await using known = await one()
    const swallowed = known.warm.transaction(async (sql) => {
      await Promise.allSettled([insert(sql, 'a'), insert(sql, 'c')])
    })
    await expect(swallowed).rejects.toThrow(TransactionAbortedError)
    const sentAlong = known.warm.transaction(async (sql) => {
      insert(sql, 'a').catch(() => {})
      return sql.andCommit`select 1`
    })
    await expect(sentAlong).rejects.toMatchObject({ code: '23505' })
    expect(await ids()).toEqual(['a', 'b', 'up', 'warm'])
  })

  test('work that throws at once, with statements not even sent, leaves nothing', async () => {
    await using known = await one()
    const thrown = known.warm.transaction((sql) => {
      insert(sql, 'c').catch(() => {})
      throw new Error('at once')
    })
    await expect(thrown).rejects.toThrow('at once')
    await known.work(['d', 'e'])
    expect(await ids()).toEqual(['a', 'b', 'd', 'e', 'up', 'warm'])
  })

  test('a connection that is lost leaves the outcome of COMMIT unknown', async () => {
    await using known = await one()
    const end = (id: string, isLost: boolean) =>
      known.warm.transaction((sql) =>
        Promise.all([
          insert(sql, id),
          sql.andCommit`select pg_terminate_backend(pg_backend_pid()) where ${isLost}::boolean`,
        ]),
      )
    await end('c', false)
    await expect(end('d', true)).rejects.toThrow(CommitUnknownError)
    expect(await ids()).toEqual(['a', 'b', 'c', 'up', 'warm'])
    await known.work(['e', 'f'])
  })
})

/** Passes on what the server says up to its answer to COMMIT, once `cut` is called, and then nothing more. */
const cutBehindCommit = async (url: string) => {
  const { hostname, port } = new URL(url)
  let isCutting = false
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname)
    let unread = Buffer.alloc(0)
    const end = () => {
      client.destroy()
      upstream.destroy()
    }
    upstream.on('data', (data) => {
      unread = Buffer.concat([unread, data])
      while (unread.length >= 5 && unread.length > unread.readUInt32BE(1)) {
        const message = unread.subarray(0, unread.readUInt32BE(1) + 1)
        unread = unread.subarray(message.length)
        client.write(message)
        if (isCutting && message.toString('latin1').startsWith('C') && message.includes('COMMIT')) {
          isCutting = false
          client.end()
          upstream.destroy()
          return
        }
      }
    })
    client.on('data', (data) => upstream.write(data))
    for (const socket of [client, upstream]) socket.on('error', end).on('close', () => upstream.destroy())
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const through = new URL(url)
  through.port = String((server.address() as AddressInfo).port)
  return { url: through.href, cut: () => (isCutting = true), close: () => server.close() }
}

test('a connection that is lost between the answer to COMMIT and the end of it leaves nobody waiting', async () => {
  const way = await cutBehindCommit(scratch.urls.owner)
  const cuttable = createDatabase({ url: way.url, applicationName: 'cuttable', poolSize: 1 })
  const work = (id: string) =>
    cuttable.transaction((sql) => Promise.all([insert(sql, id), sql.andCommit`select 1 as one`]))
  await work('c')
  way.cut()
  await expect(work('d')).rejects.toThrow(CommitUnknownError)
  // Its place in the pool is free again, and what was committed stands.
  await work('e')
  expect(await ids()).toEqual(['a', 'b', 'c', 'd', 'e'])
  await cuttable.close()
  way.close()
})

test('without names of statements each is a request of its own, in order', async () => {
  const unnamed = createDatabase({
    url: scratch.urls.owner,
    applicationName: 'unnamed',
    poolSize: 1,
    namedStatements: false,
  })
  for (const durable of [true, false])
    await unnamed.transaction(
      (sql) => Promise.all([insert(sql, `c ${durable}`), sql.andCommit`update scratch.counters set value = value + 1`]),
      { durable },
    )
  await expect(
    unnamed.transaction((sql) => Promise.all([insert(sql, 'd'), insert(sql, 'a'), sql.andCommit`select 1`])),
  ).rejects.toMatchObject({ code: '23505' })
  await unnamed.close()
  expect(await ids()).toEqual(['a', 'b', 'c false', 'c true'])
})
