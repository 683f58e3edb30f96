/** What flights decided on a memory come to when the memory is wrong: another process posts to the same books. */
import type { Fault } from '@micro/kernel'
import { CommitUnknownError, createDatabase } from '@micro/postgres'
import { eventually } from '@micro/testing'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { BookKey } from '../books/book.ts'
import { laneOf } from '../books/lane.ts'
import { createEngine, type Engine } from '../testing/engine.ts'
import { expectSound, merchant, startLedger, type Ledger } from '../testing/ledger.ts'
import type { PostRequest } from './index.ts'
import { findBooks, lockBooks } from './posting.store.ts'

let ledger: Ledger
let book: BookKey & ReturnType<typeof merchant>
let here: Engine
let there: Engine
let run = 0

const transfer = (reference: string, amount: bigint, rest: Partial<PostRequest> = {}): PostRequest => ({
  book: { merchant: book.merchant, mode: book.mode },
  reference,
  description: null,
  metadata: {},
  entries: [
    { account: 'a', amount: -amount },
    { account: 'b', amount },
  ],
  ...rest,
})

const codeOf = (posting: Promise<unknown>): Promise<string> =>
  posting.then(
    () => 'recorded',
    (fault: Fault) => fault.code,
  )

const netOf = async (id: string) => (await ledger.get(book, `/ledger/accounts/${id}`)).body['net_str']
const change = async (id: string, body: object) =>
  expect(await ledger.post(book, `/ledger/accounts/${id}`, body)).toMatchObject({ status: 200 })

beforeAll(async () => void (ledger = await startLedger({ poolSize: 20 })))
beforeEach(async () => {
  book = merchant(`acct_${run++}`)
  for (const id of ['a', 'b', 'c', 'd', 'e']) await ledger.account(book, id, { type: 'liability' })
  here = createEngine(ledger, 2 * run)
  there = createEngine(ledger, 2 * run + 1)
  await here.post(transfer('first', 1n))
  await here.post(transfer('second', 1n))
})
afterEach(() => expectSound(ledger))
afterAll(() => ledger.close())

test('only the first posting to a book looks at it; those after are sent without', () =>
  expect(here.flights).toEqual({ looked: 1, guessed: 1 }))

describe('what another process did is seen', () => {
  test('when it posted', async () => {
    await there.post(transfer('theirs', 10n))
    const { transaction } = await here.post(transfer('mine', 100n))
    expect(transaction).toMatchObject({ seq: 4n })
    expect(transaction.entries.map(({ netAfter }) => netAfter)).toEqual([-112n, 112n])
  })

  test('when it froze an account, and when it thawed it again', async () => {
    await change('a', { status: 'frozen' })
    expect(await codeOf(here.post(transfer('frozen', 1n)))).toBe('account_frozen')
    await change('a', { status: 'active' })
    expect(await codeOf(here.post(transfer('active', 1n)))).toBe('recorded')
  })

  test('when it closed an account', async () => {
    await here.post(transfer('back', -2n))
    await change('a', { status: 'closed' })
    expect(await codeOf(here.post(transfer('closed', 1n)))).toBe('account_closed')
  })

  test('when it set a limit, and when it lifted it again', async () => {
    await change('a', { min_available: -10 })
    expect(await codeOf(here.post(transfer('too much', 20n)))).toBe('insufficient_funds')
    await change('a', { min_available: null })
    expect(await codeOf(here.post(transfer('now', 20n)))).toBe('recorded')
  })

  test('when it paid into an account that the memory holds for empty', async () => {
    await change('a', { min_available: -2 })
    expect(await codeOf(here.post(transfer('none left', 5n)))).toBe('insufficient_funds')
    await there.post(transfer('paid in', -5n))
    expect(await codeOf(here.post(transfer('enough', 5n)))).toBe('recorded')
  })

  test('when it opened an account', async () => {
    const request = transfer('new', 1n, {
      entries: [
        { account: 'a', amount: -1n },
        { account: 'new', amount: 1n },
      ],
    })
    expect(await codeOf(here.post(request))).toBe('parameter_resource_missing')
    await ledger.account(book, 'new', { type: 'liability' })
    expect(await codeOf(here.post(request))).toBe('recorded')
  })

  test('when it recorded the reference: a repeat is answered, another content conflicts, the others on the flight go on', async () => {
    const { transaction } = await there.post(transfer('taken', 7n))
    const [same, other, ...rest] = await Promise.all([
      here.post(transfer('taken', 7n)),
      codeOf(here.post(transfer('taken', 8n))),
      ...[1, 2, 3].map((at) => codeOf(here.post(transfer(`mine ${at}`, 1n)))),
    ])
    expect(same).toMatchObject({ replayed: true, transaction: { id: transaction.id } })
    expect([other, ...rest]).toEqual(['reference_conflict', 'recorded', 'recorded', 'recorded'])
    expect(await netOf('b')).toBe('12')
  })
})

test('a refusal is never decided on the memory', async () => {
  const { looked } = here.flights
  expect(await codeOf(here.post(transfer('none', 1n, { entries: [] })))).not.toBe('recorded')
  expect(here.flights.looked).toBe(looked + 1)
})

test('what is left to a flight that looks is decided before what was asked for later and depends on it', async () => {
  await change('a', { min_available: -2 })
  await change('b', { min_available: 0 })
  expect(await codeOf(here.post(transfer('too much', 100n)))).toBe('insufficient_funds')
  const apart = (reference: string) =>
    transfer(reference, 0n, {
      entries: [
        { account: 'd', amount: -1n },
        { account: 'e', amount: 1n },
      ],
    })
  for (let at = 0; at < 5; at++) await here.post(apart(`apart ${at}`))
  // The memory does not know that by now there is no limit.
  await change('a', { min_available: null })
  const onward = transfer('onward', 0n, {
    entries: [
      { account: 'b', amount: -102n },
      { account: 'c', amount: 102n },
    ],
  })
  const [first, second, third] = await Promise.all([
    here.post(transfer('first of all', 100n)),
    here.post(onward),
    here.post(apart('apart')),
  ])
  expect([first, second].map(({ transaction }) => transaction.seq)).toEqual([
    third.transaction.seq + 1n,
    third.transaction.seq + 2n,
  ])
})

test('calls made one after another are decided so, though the first has to read what it needs', async () => {
  await here.post(transfer('known', 10n))
  const through = (reference: string, from: string, to: string) =>
    transfer(reference, 0n, {
      entries: [
        { account: from, amount: -10n },
        { account: to, amount: 10n },
      ],
    })
  await change('d', { min_available: 0 })
  const first = here.post(through('into', 'b', 'd'))
  await new Promise<void>((resolve) => void setImmediate(resolve))
  const second = here.post(through('out of', 'd', 'a'))
  expect([await codeOf(first), await codeOf(second)]).toEqual(['recorded', 'recorded'])
})

test('where many are refused, those that follow look at once', async () => {
  await change('a', { min_available: -12 })
  const wave = (name: string) =>
    Promise.all(Array.from({ length: 30 }, (_, at) => codeOf(here.post(transfer(`${name} ${at}`, 1n)))))
  const codes = await wave('first')
  expect(codes.filter((code) => code === 'recorded')).toHaveLength(10)
  const { guessed } = here.flights
  await wave('second')
  expect(here.flights.guessed).toBe(guessed)
})

test('a trial run leaves nothing, and does not disturb the memory', async () => {
  const { transaction } = await here.post(transfer('trial', 50n), { dryRun: true })
  expect(transaction.entries[1]?.netAfter).toBe(52n)
  const { transaction: real } = await here.post(transfer('real', 50n))
  expect(real).toMatchObject({ seq: 3n })
  expect(real.entries[1]?.netAfter).toBe(52n)
})

test('a process whose books others move looks before it posts, until they leave it alone', async () => {
  for (let at = 0; at < 8; at++) {
    await there.post(transfer(`theirs ${at}`, 1n))
    await here.post(transfer(`mine ${at}`, 1n))
  }
  expect(here.flights.guessed).toBeLessThan(4)
  const { guessed } = here.flights
  for (let at = 0; at < 20; at++) await here.post(transfer(`alone ${at}`, 1n))
  expect(here.flights.guessed).toBeGreaterThan(guessed + 5)
})

describe('a flight that does not land', () => {
  test('whose landing is not heard of has recorded once, and says so', async () => {
    here.meddle = async (land) => {
      await land()
      throw new CommitUnknownError('lost')
    }
    const { replayed, transaction } = await here.post(transfer('unheard', 3n))
    expect({ replayed, seq: transaction.seq }).toEqual({ replayed: false, seq: 3n })
    expect(await netOf('b')).toBe('5')
  })

  test('that was lost before it was recorded is recorded by the next', async () => {
    here.meddle = () => Promise.reject(new CommitUnknownError('lost'))
    expect(await here.post(transfer('lost', 3n))).toMatchObject({ replayed: false, transaction: { seq: 3n } })
  })

  /** Holds the book's lock while `work` posts, so that flights stand one behind the other. */
  const whileLocked = async <T>(work: (waiting: () => Promise<void>) => Promise<T>): Promise<T> => {
    const [locked, release] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const holder = ledger.database.owner.transaction(async (sql) => {
      const [place] = await findBooks(sql, [book])
      await lockBooks(sql, [{ lane: laneOf(book), id: place?.id ?? 0n }])
      locked.resolve()
      await release.promise
    })
    await locked.promise
    const waiting = () =>
      eventually(async () => (await ledger.database.owner.sql`select from pg_locks where not granted`).length > 0).then(
        () => {},
      )
    try {
      return await work(waiting)
    } finally {
      release.resolve()
      await holder
    }
  }

  test('takes those behind it down, and all of them are recorded in the end, once', async () => {
    let sent = 0
    here.meddle = async (land) => {
      if (++sent > 1) return land()
      await eventually(() => sent > 1)
      throw new CommitUnknownError('lost')
    }
    const postings = await Promise.all(
      Array.from({ length: 100 }, (_, at) => codeOf(here.post(transfer(`many ${at}`, 1n)))),
    )
    expect(new Set(postings)).toEqual(new Set(['recorded']))
    expect(here.flights).toEqual({ guessed: 3, looked: 3 })
    expect(await netOf('b')).toBe('102')
  })

  test('since the connection was cut, with another behind it: all of both are recorded, once', async () => {
    const superuser = createDatabase({ url: ledger.database.superuserUrl, applicationName: 'test', poolSize: 1 })
    const postings = await whileLocked(async (waiting) => {
      const one = here.post(transfer('one', 1n))
      await waiting()
      // As many as do not wait for the flight under way.
      const others = Array.from({ length: 32 }, (_, at) => here.post(transfer(`other ${at}`, 1n)))
      await eventually(() => here.flights.guessed === 3)
      await superuser.sql`select pg_terminate_backend(pid) from pg_locks where not granted`
      return [one, ...others]
    })
    await superuser.close()
    const results = await Promise.all(postings)
    expect(results.filter(({ replayed }) => replayed)).toEqual([])
    expect(await netOf('b')).toBe('35')
  })

  test('since it waited for its locks in vain is not tried again', async () => {
    const impatient = createDatabase({
      url: ledger.database.urls.app,
      applicationName: 'test',
      statementTimeoutMs: 200,
    })
    const hasty = createEngine({ ...ledger, db: impatient }, 1_000 + run)
    await hasty.post(transfer('before', 1n))
    await hasty.post(transfer('known', 1n))
    const { looked } = hasty.flights
    expect(await whileLocked(() => codeOf(hasty.post(transfer('in vain', 1n))))).toBe('ledger_busy')
    expect(hasty.flights.looked).toBe(looked)
    await impatient.close()
  })

  test('for one posting that the database cannot take fails that one alone', async () => {
    const poison = transfer('poison', 1n, { description: 'a\u0000b' })
    const codes = await Promise.all([
      ...[1, 2, 3].map((at) => codeOf(here.post(transfer(`before ${at}`, 1n)))),
      here.post(poison).then(
        () => 'recorded',
        () => 'failed',
      ),
      ...[1, 2, 3].map((at) => codeOf(here.post(transfer(`after ${at}`, 1n)))),
    ])
    expect(codes).toEqual([...Array(3).fill('recorded'), 'failed', ...Array(3).fill('recorded')])
    expect(await netOf('b')).toBe('8')
  })
})

test('two processes on one account never let it pass its limit, lose nothing and double nothing', async () => {
  await change('a', { min_available: -102 })
  const race = (one: Engine, name: string) =>
    Promise.all(
      Array.from({ length: 8 }, async (_, worker) => {
        const codes: string[] = []
        for (let at = 0; at < 20; at++) codes.push(await codeOf(one.post(transfer(`${name} ${worker} ${at}`, 1n))))
        return codes
      }),
    )
  const codes = (await Promise.all([race(here, 'here'), race(there, 'there')])).flat(2)
  const count = (code: string) => codes.filter((each) => each === code).length
  expect({ recorded: count('recorded'), refused: count('insufficient_funds') }).toEqual({ recorded: 100, refused: 220 })
  expect(await netOf('a')).toBe('-102')
})

describe('holds and reversals', () => {
  test('go without a look as well', async () => {
    const { looked } = here.flights
    await here.post(transfer('hold', 10n, { action: { kind: 'hold', expiry: null } }))
    expect(here.flights.looked).toBe(looked)
  })

  test('a hold that two processes capture is captured once', async () => {
    const hold = await here.post(transfer('hold', 10n, { action: { kind: 'hold', expiry: null } }))
    const { id, seq } = hold.transaction
    const capture = (reference: string) =>
      transfer(reference, 0n, {
        entries: [],
        action: { kind: 'capture', parent: { id, seq, weight: 4 }, amount: null, final: true },
      })
    // Both have seen it open.
    const codes = await Promise.all([codeOf(here.post(capture('here'))), codeOf(there.post(capture('there')))])
    expect(codes.toSorted()).toEqual(['hold_captured', 'recorded'])
    expect(await codeOf(here.post(capture('again')))).toBe('hold_captured')
    expect(await netOf('b')).toBe('12')
  })

  test('a transaction that two processes reverse is reversed once', async () => {
    const { id, seq } = (await here.post(transfer('wrong', 10n))).transaction
    const reversal = (reference: string) =>
      transfer(reference, 0n, { entries: [], action: { kind: 'reversal', parent: { id, seq, weight: 4 } } })
    const codes = await Promise.all([codeOf(here.post(reversal('here'))), codeOf(there.post(reversal('there')))])
    expect(codes.toSorted()).toEqual(['recorded', 'transaction_already_reversed'])
    expect(await netOf('b')).toBe('2')
  })
})
