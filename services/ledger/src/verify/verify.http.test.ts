import { createDatabase, type Database, type Sql } from '@micro/postgres'
import type { LedgerVerification } from '@micro/contracts'
import { createCheckpointKeys, createCheckpointSigner, parseCheckpointKeys } from '@micro/signing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { laneOf } from '../books/lane.ts'
import { testConfig } from '../testing/config.ts'
import { errorOf, merchant, move, payments, startLedger, type Ledger } from '../testing/ledger.ts'
import { makeHashesAnew, withoutTriggers } from '../testing/tamper.ts'
import { verifyHandlers } from './verify.http.ts'

let ledger: Ledger
let superuser: Database
const config = testConfig()
const who = merchant()
const book = { merchant: 'acct_a', mode: 'test' } as const
const many = 7

beforeAll(async () => {
  ledger = await startLedger({ config })
  superuser = createDatabase({ url: ledger.database.superuserUrl, applicationName: 'ledger test' })
  for (const each of [who, merchant('acct_b')]) {
    for (const id of ['cash', 'sales', 'idle']) await ledger.account(each, id)
    for (let at = 1; at <= many; at++)
      await ledger.record(each, `r${at}`, move(at, { from: 'cash', to: 'sales' }), { description: `Sale ${at}` })
  }
  const accounts = ['sys_x', 'sys_y'].map((id) => ({ id, name: id, type: 'asset' }))
  await ledger.post(payments, '/internal/transactions', {
    ...book,
    reference_id: 'micro:1',
    currency: 'usd',
    accounts,
    entries: move(1, { from: 'sys_x', to: 'sys_y' }),
  })
})
afterAll(async () => {
  await superuser.close()
  await ledger.close()
})

const verify = (as = who, query = '') => ledger.get(as, `/ledger/verify${query}`)
const lines = (text: string) =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as LedgerVerification)
const streamed = { accept: 'application/x-ndjson' }

test('200: the whole of the ledger that asks, derived anew and found sound, and nothing of another', async () => {
  const head = (await ledger.get(who, '/ledger/transactions?limit=1')).body['data'] as { hash: string }[]
  expect((await verify()).body).toEqual({
    object: 'ledger.verification',
    status: 'sound',
    checked: many + 1,
    of: many + 1,
    entries: 2 * many + 2,
    accounts: 4,
    checkpoints: 0,
    hash: head[0]?.hash,
    first_bad_seq: null,
    problems: [],
    livemode: false,
  })
  for (const [as, of] of [
    [merchant('acct_b'), many],
    [merchant('acct_a', 'live'), 0],
    [merchant('acct_nobody'), 0],
  ] as const)
    expect((await verify(as)).body).toMatchObject({ status: 'sound', checked: of, of, livemode: as.mode === 'live' })
})

test('as a stream it tells its progress line by line, and ends with the result', async () => {
  const answer = await ledger.call(who, { url: '/ledger/verify', headers: streamed })
  expect(answer.headers['content-type']).toContain('application/x-ndjson')
  const told = lines(answer.text)
  expect(told.length).toBeGreaterThan(1)
  for (const line of told.slice(0, -1)) expect(line.object).toBe('ledger.verification_progress')
  expect(told.at(-1)).toMatchObject({ object: 'ledger.verification', status: 'sound', checked: many + 1 })
})

/** What the route's handler answers with slices of its own, and other dependencies. */
const handlerWith = (options: { sliceMax?: number; answerMsMax?: number; db?: Database }) => {
  const handlers = verifyHandlers({
    db: ledger.database.db,
    newId: () => 'req_slices' as never,
    config: config.checkpoints,
    ...options,
  })
  const controller = new AbortController()
  const ask = (accepts?: 'ndjson') =>
    handlers.verifyLedger({ principal: who, query: {}, accepts, signal: controller.signal } as never)
  return { ask, controller }
}

test('however it is sliced it comes to the same', async () => {
  const whole = (await verify()).body
  for (const sliceMax of [1, 2, 3, many + 1]) expect(await handlerWith({ sliceMax }).ask()).toEqual(whole)
})

test('it goes on beside postings, which it neither stops nor takes for wrong', async () => {
  const busy = merchant('acct_busy')
  for (const id of ['cash', 'sales']) await ledger.account(busy, id)
  const post = (at: number) => ledger.record(busy, `b${at}`, move(1, { from: 'cash', to: 'sales' }))
  for (let at = 0; at < 20; at++) await post(at)
  const handlers = verifyHandlers({
    db: ledger.database.db,
    newId: () => 'req_busy' as never,
    config: config.checkpoints,
    sliceMax: 2,
  })
  const call = { principal: busy, query: {}, accepts: undefined, signal: new AbortController().signal }
  const [result, ...posted] = await Promise.all([
    handlers.verifyLedger(call as never),
    ...Array.from({ length: 30 }, (_, at) => post(100 + at)),
  ])
  expect(result).toMatchObject({ status: 'sound', problems: [] })
  for (const { status } of posted) expect(status).toBe(201)
})

describe('bounds', () => {
  const hold = (until: string) => superuser.sql`
    insert into ledger.leases
    select lane, id, 'asked', 'another', clock_timestamp() + ${until}::interval
    from ledger.books where merchant = 'acct_a' and mode = 'test'`
  const free = () => superuser.sql`delete from ledger.leases`

  test('409: one at a time for each ledger, in whichever process; one that died is not waited for forever', async () => {
    await hold('1 minute')
    const answer = await verify()
    expect([answer.status, errorOf(answer).code, answer.headers['retry-after']]).toEqual([
      409,
      'verification_running',
      '5',
    ])
    // Before the first line of a stream it is an ordinary answer, too.
    expect((await ledger.call(who, { url: '/ledger/verify', headers: streamed })).status).toBe(409)
    expect((await verify(merchant('acct_b'))).status).toBe(200)
    await free()
    await hold('-1 second')
    expect((await verify()).status).toBe(200)
    expect(await superuser.sql`select from ledger.leases`).toEqual([])
  })

  test('503: no more than a few at once in one process', async () => {
    let release = (): void => {}
    const held = new Promise<void>((resolve) => (release = resolve))
    // Whoever reads transactions waits, as on a slow disk.
    const db = {
      ...ledger.database.db,
      sql: async (strings: TemplateStringsArray, ...values: unknown[]) => {
        if (strings[0]?.includes('entry_count') === true) await held
        return ledger.database.db.sql(strings, ...values)
      },
    } as Database
    const handlers = verifyHandlers({ db, newId: () => 'req_many' as never, config: config.checkpoints })
    const ask = (name: string) =>
      handlers.verifyLedger({
        principal: merchant(name),
        query: {},
        accepts: undefined,
        signal: new AbortController().signal,
      } as never)
    for (const name of ['acct_c', 'acct_d']) {
      for (const id of ['cash', 'sales']) await ledger.account(merchant(name), id)
      await ledger.record(merchant(name), 'one', move(1, { from: 'cash', to: 'sales' }))
    }
    const running = ['acct_a', 'acct_b', 'acct_c'].map(ask)
    await expect.poll(async () => (await superuser.sql`select from ledger.leases`).length).toBe(3)
    await expect(ask('acct_d')).rejects.toMatchObject({ code: 'ledger_busy' })
    release()
    for (const one of running) expect(await one).toMatchObject({ status: 'sound' })
    expect(await ask('acct_d')).toMatchObject({ status: 'sound' })
  })

  test('400: a ledger too large for one answer is told to ask for lines', async () => {
    await expect(handlerWith({ sliceMax: 1, answerMsMax: -1 }).ask()).rejects.toMatchObject({
      code: 'verification_too_long',
    })
    expect(await superuser.sql`select from ledger.leases`).toEqual([])
  })

  test('it ends when its reader leaves, and lets go of its lease', async () => {
    const { ask, controller } = handlerWith({ sliceMax: 1 })
    const stream = (await ask('ndjson')) as unknown as { lines: AsyncGenerator<object> }
    await stream.lines.next()
    expect(await superuser.sql`select from ledger.leases`).toHaveLength(1)
    controller.abort()
    await expect(
      (async () => {
        for await (const _ of stream.lines);
      })(),
    ).rejects.toMatchObject({ code: 'shutting_down' })
    expect(await superuser.sql`select from ledger.leases`).toEqual([])
  })
})

describe('a checkpoint that was kept', () => {
  const signer = createCheckpointSigner(config.checkpoints.keys)
  const told = { ...book, seq: 1n, hash: 'ab'.repeat(32), recorded: 1, created: 2 }

  test('agrees with a history that was not changed', async () => {
    const { body } = await ledger.post(who, '/ledger/checkpoints', {})
    expect((await verify(who, `?checkpoint=${String(body['token'])}`)).body).toMatchObject({
      status: 'sound',
      checkpoints: 2,
    })
  })

  for (const [what, token, reason] of [
    ['no token', 'x.y.z', /not the token of a checkpoint/],
    [
      'the key of another installation',
      createCheckpointSigner(parseCheckpointKeys(createCheckpointKeys(new Date(0)))).sign(told),
      /by a key that is not/,
    ],
    ['a changed token', signer.sign(told).replace(/.{8}$/, 'AAAAAAAA'), /signature does not fit/],
    ['another merchant', signer.sign({ ...told, merchant: 'acct_b' }), /of another ledger/],
    ['another mode', signer.sign({ ...told, mode: 'live' }), /of another ledger/],
  ] as const)
    test(`400: ${what} is refused`, async () => {
      const answer = await verify(who, `?checkpoint=${token}`)
      expect([answer.status, errorOf(answer).code, errorOf(answer).param]).toEqual([
        400,
        'checkpoint_invalid',
        'checkpoint',
      ])
      expect(errorOf(answer).message).toMatch(reason)
    })

  test('contradicts a history that is not the one it was made of, or not as long any more', async () => {
    for (const seq of [3n, 99n]) {
      const { body } = await verify(who, `?checkpoint=${signer.sign({ ...told, seq })}`)
      expect(body).toMatchObject({
        status: 'wrong',
        first_bad_seq: Number(seq),
        problems: [{ code: 'wrong_checkpoint', seq: Number(seq), found: 1 }],
      })
    }
    const lost = await verify(merchant('acct_lost'), `?checkpoint=${signer.sign({ ...told, merchant: 'acct_lost' })}`)
    expect(lost.body).toMatchObject({ status: 'wrong', problems: [{ code: 'wrong_checkpoint', seq: 1 }] })
  })
})

describe('a superuser who changes the past', () => {
  /** What the ledger that asks is told after the change, which is then undone. */
  const foundAfter = async (change: (sql: Sql) => Promise<unknown>, query: { checkpoint?: string } = {}) => {
    const rolledBack = new Error('rolled back')
    let found: LedgerVerification | undefined
    await superuser
      .transaction(async (sql) => {
        await withoutTriggers(sql)
        await change(sql)
        const db = {
          sql,
          transaction: (work: (of: typeof sql) => Promise<unknown>) => work(sql),
        } as unknown as Database
        const handlers = verifyHandlers({ db, newId: () => 'req_1' as never, config: config.checkpoints, sliceMax: 3 })
        const call = { principal: who, query, accepts: undefined, signal: new AbortController().signal }
        found = (await handlers.verifyLedger(call as never)) as LedgerVerification
        throw rolledBack
      })
      .catch((error: unknown) => {
        if (error !== rolledBack) throw error
      })
    return {
      status: found?.status,
      first: found?.first_bad_seq,
      problems: found?.problems.map(({ code, seq, account_id }) => [code, seq ?? account_id].join(' ')).toSorted(),
    }
  }
  const lane = laneOf(book)
  const inBook = (sql: Sql) => sql<{ id: bigint }>`
    select id from ledger.books where lane = ${lane} and merchant = 'acct_a' and mode = 'test'`
  const idOf = async (sql: Sql): Promise<bigint> => (await inBook(sql))[0]!.id

  const doubled = async (sql: Sql) => {
    const id = await idOf(sql)
    // Every number that follows from it is made to agree.
    await sql`update ledger.entries set amount = amount * 2 where lane = ${lane} and book = ${id} and seq = 4`
    await sql`
      update ledger.entries e set balance_after = f.folded from (
        select seq, leg, sum(amount) over (partition by account order by seq, leg) as folded
        from ledger.entries where lane = ${lane} and book = ${id}
      ) f where e.lane = ${lane} and e.book = ${id} and e.seq = f.seq and e.leg = f.leg`
    await sql`
      update ledger.accounts a set
        posted_credits = coalesce((select sum(amount) from ledger.entries e where e.lane = a.lane and e.account = a.id and amount > 0), 0),
        posted_debits = coalesce((select -sum(amount) from ledger.entries e where e.lane = a.lane and e.account = a.id and amount < 0), 0)
      where a.lane = ${lane} and a.book = ${id}`
  }

  for (const [what, change, want, first] of [
    ['an amount, with all that follows from it', doubled, ['wrong_content 4'], 4],
    [
      'a description',
      async (sql) =>
        sql`update ledger.transactions set description = 'x' where lane = ${lane} and book = ${await idOf(sql)} and seq = 5`,
      ['wrong_content 5'],
      5,
    ],
    [
      'a link of the chain',
      async (sql) =>
        sql`update ledger.transactions set hash = sha256('x') where lane = ${lane} and book = ${await idOf(sql)} and seq = 3`,
      ['wrong_link 3'],
      3,
    ],
    [
      'a transaction, by taking it and its entries away',
      async (sql) => {
        const id = await idOf(sql)
        await sql`delete from ledger.entries where lane = ${lane} and book = ${id} and seq = 6`
        await sql`delete from ledger.transactions where lane = ${lane} and book = ${id} and seq = 6`
      },
      ['broken_chain 7', 'seq_gap 6', 'wrong_balance cash', 'wrong_link 7'],
      6,
    ],
    [
      'a transaction, by taking it away and leaving its entries',
      async (sql) =>
        sql`delete from ledger.transactions where lane = ${lane} and book = ${await idOf(sql)} and seq = 6`,
      ['orphan_entry 6', 'seq_gap 6', 'wrong_link 7'],
      6,
    ],
    [
      'a balance',
      async (sql) =>
        sql`update ledger.accounts set posted_credits = posted_credits + 1
          where lane = ${lane} and book = ${await idOf(sql)} and public_id = 'sales'`,
      ['wrong_balance sales'],
      null,
    ],
    [
      'a balance of an account without entries',
      async (sql) =>
        sql`update ledger.accounts set posted_credits = 1, version = 1
          where lane = ${lane} and book = ${await idOf(sql)} and public_id = 'idle'`,
      ['wrong_balance idle'],
      null,
    ],
    [
      'a running balance',
      async (sql) =>
        sql`update ledger.entries set balance_after = 0 where lane = ${lane} and book = ${await idOf(sql)} and seq = 2 and leg = 1`,
      ['broken_chain 2'],
      2,
    ],
    [
      'a limit',
      async (sql) => {
        await sql`alter table ledger.accounts drop constraint accounts_max_balance`
        return sql`update ledger.accounts set max_balance = -1000
          where lane = ${lane} and book = ${await idOf(sql)} and public_id = 'idle'`
      },
      ['limit_passed idle'],
      null,
    ],
    [
      'the end, by adding behind it',
      async (sql) => sql`update ledger.books set last_seq = 7, head_hash = (
          select hash from ledger.transactions where lane = ${lane} and book = books.id and seq = 7)
        where lane = ${lane} and id = ${await idOf(sql)}`,
      ['seq_gap 8'],
      8,
    ],
    [
      "a head's hash",
      async (sql) =>
        sql`update ledger.books set head_hash = sha256('x') where lane = ${lane} and id = ${await idOf(sql)}`,
      ['wrong_head 8'],
      8,
    ],
  ] as const satisfies readonly (readonly [string, (sql: Sql) => Promise<unknown>, readonly string[], number | null])[])
    test(`${what}: named, with the first seq`, async () =>
      expect(await foundAfter(change)).toEqual({ status: 'wrong', first, problems: want }))

  describe('and makes every hash anew, so that the ledger agrees with itself,', () => {
    const rewritten = async (sql: Sql) => {
      await doubled(sql)
      await makeHashesAnew(sql, book)
    }
    const checkpoint = async () => String((await ledger.post(who, '/ledger/checkpoints', {})).body['token'])

    test('is not found out by the ledger alone: that is what checkpoints are for', async () => {
      const found = await foundAfter(async (sql) => {
        await rewritten(sql)
        await sql`delete from ledger.checkpoints`
      })
      expect(found).toEqual({ status: 'sound', first: null, problems: [] })
    })

    test('is found out by a checkpoint that was kept outside', async () => {
      const kept = await checkpoint()
      const found = await foundAfter(
        async (sql) => {
          await rewritten(sql)
          await sql`delete from ledger.checkpoints`
        },
        { checkpoint: kept },
      )
      expect(found).toEqual({ status: 'wrong', first: many + 1, problems: [`wrong_checkpoint ${many + 1}`] })
    })

    test('is found out by the checkpoints inside, also when their hashes were changed along', async () => {
      await checkpoint()
      const want = { status: 'wrong', first: many + 1, problems: [`wrong_checkpoint ${many + 1}`] }
      expect(await foundAfter(rewritten)).toEqual(want)
      const changedAlong = async (sql: Sql) => {
        await rewritten(sql)
        await sql`
          update ledger.checkpoints c set hash = t.hash from ledger.transactions t
          where t.lane = c.lane and t.book = c.book and t.seq = c.seq`
      }
      expect(await foundAfter(changedAlong)).toEqual(want)
    })

    test('is found out when the newest transactions are taken away without a trace', async () => {
      const kept = await checkpoint()
      const cut = async (sql: Sql) => {
        const id = await idOf(sql)
        await sql`delete from ledger.checkpoints`
        await sql`delete from ledger.entries where lane = ${lane} and book = ${id} and seq = 8`
        await sql`delete from ledger.transactions where lane = ${lane} and book = ${id} and seq = 8`
        await sql`delete from ledger.accounts where lane = ${lane} and book = ${id} and system`
        await sql`update ledger.books set last_seq = 7 where lane = ${lane} and id = ${id}`
        await makeHashesAnew(sql, book)
      }
      expect((await foundAfter(cut)).status).toBe('sound')
      expect(await foundAfter(cut, { checkpoint: kept })).toEqual({
        status: 'wrong',
        first: 8,
        problems: ['wrong_checkpoint 8'],
      })
    })
  })
})
