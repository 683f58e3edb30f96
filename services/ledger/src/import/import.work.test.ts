import type { ExportLine, ExportTransaction, MerchantPrincipal } from '@micro/contracts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { laneOf } from '../books/lane.ts'
import { errorOf, expectSound, merchant, move, payments, startLedger, type Ledger } from '../testing/ledger.ts'
import { verifyLedger } from '../verify/verify.work.ts'
import { exportOf, fileOf, fillBook, importInto, linesOf } from './import.fixture.ts'
import { ImportRefused } from './refused.ts'

let here: Ledger
let there: Ledger
let text: string
let lines: ExportLine[]
let headSeq: number
const who = merchant()
beforeAll(async () => {
  here = await startLedger()
  there = await startLedger({ seed: 2 })
  await fillBook(here, who)
  text = await exportOf(here, who)
  lines = linesOf(text)
  headSeq = transactions().length
})
afterAll(async () => {
  await here.close()
  await there.close()
})

/** Ids are unique in a lane, so copies of one book beside each other need lanes of their own. */
const lanes = new Set([laneOf(who)])
const copyOf = (name: string): MerchantPrincipal => {
  for (let nth = 0; ; nth++) {
    const copy = merchant(`acct_${name}${nth}`)
    const lane = laneOf(copy)
    if (lanes.has(lane)) continue
    lanes.add(lane)
    return copy
  }
}

const fresh = copyOf('fresh')
const refusal = async (file: string | Buffer, as: MerchantPrincipal = fresh): Promise<ImportRefused> => {
  const error = await importInto(there, as, file).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(ImportRefused)
  const books = await there.database.db.sql`select from ledger.books where merchant = ${as.merchant}`
  expect(books).toEqual([])
  return error as ImportRefused
}
const at = <K extends ExportLine['object']>(object: K, nth = 0): number =>
  lines.findIndex(
    (line, index) =>
      line.object === object && lines.slice(0, index).filter((each) => each.object === object).length === nth,
  )
const transactions = (): ExportTransaction[] => lines.filter((line) => line.object === 'ledger.export.transaction')
const changed = (index: number, change: object): string =>
  fileOf(lines.map((line, each) => (each === index ? { ...line, ...change } : line)))

describe('an erasure in an export is refused', () => {
  const named = () => lines.findIndex((line) => 'reference_id' in line && line.reference_id === 'named')
  const erasure = () => (lines[named()] as ExportTransaction).erasure
  for (const [what, change] of [
    ['that is left out', () => ({ erasure: null })],
    ['with the digest of other words', () => ({ erasure: { ...erasure(), text_digest: 'ab'.repeat(32) } })],
    ['beside words', () => ({ description: 'Jane Doe', text_salt: 'ab'.repeat(16) })],
  ] as const)
    test(what, async () => {
      const refused = await refusal(changed(named(), change()))
      expect(refused.message).toMatch(what === 'beside words' ? /although they were erased/ : /hash/)
    })
})

describe('an export that is imported', () => {
  test('comes out of another database byte for byte, and the ledger there is sound', async () => {
    const done = await importInto(there, who, text)
    expect(done).toMatchObject({ assets: 1, accounts: 12, transactions: headSeq, headSeq })
    expect(await exportOf(there, who)).toBe(text)
    expect((await verifyLedger(there.database.db)).findings).toEqual([])
    await expectSound(there)
  })

  test('has no words that were erased, and still knows that they were', async () => {
    expect(text).not.toContain('Jane Doe')
    const erased = transactions().find(({ reference_id }) => reference_id === 'named')
    const { status, body } = await there.get(who, `/ledger/transactions/${erased?.id}`)
    expect([status, body['description'], body['erased']]).toMatchObject([200, null, { reason: 'Asked' }])
    const repeat = move(2, { from: 'eur_in', to: 'eur_out' })
    expect((await there.record(who, 'named', repeat, { description: 'Jane Doe' })).status).toBe(200)
    expect((await there.record(who, 'named', repeat, { description: 'John Doe' })).status).toBe(409)
  })

  test('has its holds in the state they were in', async () => {
    const listed = async (of: Ledger) => (await of.get(who, '/ledger/holds?limit=100')).body
    expect(await listed(there)).toEqual(await listed(here))
    const states = ((await listed(there))['data'] as { status: string }[]).map(({ status }) => status)
    expect(new Set(states)).toEqual(new Set(['open', 'captured', 'released', 'expired']))
    expect(new Set(transactions().map(({ kind }) => kind)).size).toBe(6)
  })

  test('has its periods closed as they were, and what Micro learned of them later counts where it did', async () => {
    const listed = async (of: Ledger) => (await of.get(who, '/ledger/periods?limit=100')).body
    expect(await listed(there)).toEqual(await listed(here))
    expect(lines.flatMap((line) => (line.object === 'ledger.export.period' ? [line.seq] : []))).toEqual([
      0,
      headSeq - 3,
      headSeq - 2,
      headSeq - 2,
      headSeq,
    ])
    for (const query of [
      'effective_at=1000000001',
      'effective_at=1000000500',
      `seq=${headSeq - 1}&effective_at=1000000002`,
    ]) {
      const url = `/ledger/trial_balance?${query}`
      expect((await there.get(who, url)).text).toBe((await here.get(who, url)).text)
    }
    const early = { effective_at: 1_000_000_001 }
    const refused = await there.record(who, 'early', move(1, { from: 'eur_in', to: 'eur_out' }), early)
    expect(errorOf(refused).code).toBe('period_closed')
  })

  test('goes on as it would have gone on: next seq, repeats, limits, closed and frozen accounts', async () => {
    const [repeat, conflict] = [
      await there.record(who, 'r1', move(500, { from: 'cash', to: 'sales' }), { description: 'Zoë "1", =SUM(A1)' }),
      await there.record(who, 'r1', move(501, { from: 'cash', to: 'sales' })),
    ]
    expect([repeat.status, repeat.body['seq'], conflict.status]).toEqual([200, 1, 409])
    expect((await there.record(who, 'new', move(1, { from: 'cash', to: 'old' }))).status).toBe(409)
    expect((await there.record(who, 'new', move(200, { from: 'cash', to: 'sales' }))).status).toBe(400)
    const next = await there.record(who, 'new', move(100, { from: 'cash', to: 'sales' }))
    expect([next.status, next.body['seq']]).toEqual([201, headSeq + 1])
    expect((await verifyLedger(there.database.db)).findings).toEqual([])
  })

  test("is another merchant's there when asked: the chain and its origin stay", async () => {
    const other = copyOf('renamed')
    expect((await importInto(there, other, text)).origin).toEqual({ merchant: 'acct_a', mode: 'test' })
    const again = linesOf(await exportOf(there, other))
    expect(again[0]).toEqual({ ...lines[0], merchant: other.merchant })
    expect(again.slice(1, -1)).toEqual(lines.slice(1, -1))
    expect((await there.record(other, 'new', move(1, { from: 'cash', to: 'vault' }))).status).toBe(400)
    expect((await there.record(other, 'new', move(1, { from: 'cash', to: 'sales' }))).body['seq']).toBe(headSeq + 1)
    expect((await verifyLedger(there.database.db)).findings).toEqual([])
    const third = copyOf('again')
    await importInto(there, third, await exportOf(there, other)).catch((error: unknown) =>
      expect(error).toBeUndefined(),
    )
    expect((await verifyLedger(there.database.db)).findings).toEqual([])
  })

  test('as of any seq is a book that ends there, with what was posted and held by then', async () => {
    for (let seq = 1; seq <= headSeq; seq++) {
      const early = copyOf('early')
      const part = await exportOf(here, who, `?to_seq=${seq}`)
      expect((await importInto(there, early, part)).headSeq).toBe(seq)
      expect(linesOf(await exportOf(there, early)).slice(1, -1)).toEqual(linesOf(part).slice(1, -1))
    }
    expect((await verifyLedger(there.database.db)).findings).toEqual([])
  })

  test('of a book with accounts alone, or with nothing, is one', async () => {
    const bare = merchant('acct_bare')
    await here.account(bare, 'cash')
    const part = await exportOf(here, bare)
    await importInto(there, bare, part)
    expect(await exportOf(there, bare)).toBe(part)
    const empty = await exportOf(here, merchant('acct_none'))
    expect(await importInto(there, merchant('acct_none'), empty)).toMatchObject({ accounts: 0, headSeq: 0 })
  })
})

describe('an import is refused, and nothing of it kept', () => {
  test('where the merchant has a book, even an empty one', async () => {
    const taken = merchant('acct_taken')
    await there.account(taken, 'mine')
    const error = await importInto(there, taken, text).catch((thrown: unknown) => thrown)
    expect(String(error)).toMatch(/line 1: acct_taken has a test ledger already/)
    expect((await there.get(taken, '/ledger/accounts')).body['data']).toHaveLength(1)
  })

  test('when a test book is to become a live one', async () => {
    expect((await refusal(text, merchant('acct_fresh', 'live'))).message).toMatch(
      /line 1: it is a book of test mode, not live/,
    )
    expect((await refusal(changed(0, { mode: 'live' }), merchant('acct_fresh', 'live'))).message).toMatch(
      /of live mode, not live|test/,
    )
    const forged = changed(0, { mode: 'live', origin: { merchant: 'acct_a', mode: 'live' } })
    expect((await refusal(forged, merchant('acct_fresh', 'live'))).message).toMatch(/chain does not begin/)
  })

  test('to whoever is not the owner of the tables', async () => {
    const asService = { ...there, database: { ...there.database, owner: there.database.db } }
    const error = await importInto(asService, fresh, text).catch((thrown: unknown) => thrown)
    expect(String(error)).toMatch(/permission denied/)
  })

  test('when any byte of it was changed', async () => {
    const bytes = Buffer.from(text, 'utf8')
    const step = Math.ceil(bytes.length / 24)
    for (let index = 3; index < bytes.length; index += step) {
      const other = Buffer.from(bytes)
      other[index] = (other[index] ?? 0) ^ 0x01
      await refusal(other)
    }
  }, 180_000)

  test('when it breaks off anywhere, or goes on after its end', async () => {
    for (const part of [0.1, 0.5, 0.9, 0.999]) await refusal(text.slice(0, Math.floor(text.length * part)))
    await refusal(text.split('\n').slice(0, -2).join('\n') + '\n')
    expect((await refusal(`${text}\n`)).line).toBe(lines.length + 1)
    expect((await refusal(`${text}${text}`)).line).toBe(lines.length + 1)
    await refusal('')
  })

  const ofKind = (kind: string): number => lines.findIndex((line) => 'kind' in line && line.kind === kind)
  const tx = (nth: number) => at('ledger.export.transaction', nth)
  const zeros = '0'.repeat(64)
  for (const [name, index, change, message] of [
    ['another amount', () => tx(0), (line: never) => withEntry(line, { amount: '501' }), /not whole or not balanced/],
    ['a reference of its own', () => tx(1), () => ({ reference_id: 'forged' }), /hash of another content/],
    ['another time', () => tx(1), () => ({ created_at: '2999-01-01T00:00:00.000000Z' }), /hash of another content/],
    ['another description', () => tx(0), () => ({ description: 'other' }), /hash of another content/],
    ['a content hash to fit', () => tx(1), () => ({ content_hash: zeros }), /hash of another content/],
    ['a link of its own', () => tx(1), () => ({ hash: zeros }), /does not follow the hash before it/],
    ['a seq left out', () => tx(2), () => ({ seq: 7 }), /has seq 7, not 3/],
    [
      'an account nobody knows',
      () => tx(0),
      (line: never) => withEntry(line, { account_id: 'nobody' }),
      /no account nobody/,
    ],
    [
      'a balance that does not follow',
      () => tx(0),
      (line: never) => withEntry(line, { net_after: '7' }),
      /wrong balance or version/,
    ],
    [
      "one of Micro's accounts",
      () => tx(0),
      (line: never) => withEntry(line, { account_id: 'sys_x' }),
      /another book, currency or owner/,
    ],
    [
      'another balance of an account',
      () => at('ledger.export.account'),
      () => ({ net: '7' }),
      /does not come out as its line says/,
    ],
    [
      'a limit it is beyond',
      () => at('ledger.export.account', 1),
      () => ({ min_available: '7' }),
      /accounts_min_available/,
    ],
    [
      "Micro's account frozen",
      () => at('ledger.export.account', 8),
      () => ({ status: 'frozen' }),
      /accounts_system_unlimited/,
    ],
    ['an account twice', () => at('ledger.export.account', 1), () => ({ id: 'cash' }), /accounts_public_id_once/],
    [
      'an asset nobody made',
      () => at('ledger.export.account', 4),
      () => ({ currency: 'silver' }),
      /accounts_asset_fkey/,
    ],
    ['a hold that never expires', () => ofKind('hold'), () => ({ kind: 'post' }), /accounts_sums_check/],
    [
      'a capture of another hold',
      () => ofKind('capture'),
      () => ({ parent: 1 }),
      /may not follow|hash of another content/,
    ],
    [
      'a later expiry',
      () => ofKind('hold'),
      () => ({ expires_at: '2999-01-01T00:00:00.000000Z' }),
      /hash of another content/,
    ],
    [
      'a held amount that is posted',
      () => ofKind('hold'),
      (line: never) => withEntry(line, { layer: 'posted' }),
      /not whole or not balanced/,
    ],
    [
      'more captured than was held',
      () => ofKind('capture'),
      (line: never) => withEntry(line, { amount: '30' }),
      /balanced|hash/,
    ],
    [
      'the totals of a period on both sides',
      () => at('ledger.export.period', 2),
      ({ totals }: { totals: object[] }) => ({
        totals: totals.map((each) => ({ ...each, debits: '1', credits: '1' })),
      }),
      /does not come out as its line says/,
    ],
    [
      'totals that do not balance',
      () => at('ledger.export.period', 1),
      ({ totals }: { totals: object[] }) => ({ totals: totals.map((each) => ({ ...each, debits: '7' })) }),
      /do not balance/,
    ],
    [
      'a period of another seq',
      () => at('ledger.export.period', 1),
      () => ({ seq: 3 }),
      /was closed at seq 3, not \d+/,
    ],
    ['a period of another head', () => at('ledger.export.period', 1), () => ({ hash: zeros }), /does not continue/],
    ['a period left out', () => at('ledger.export.period', 2), () => ({ number: 4 }), /does not continue its book/],
    [
      'a period that had not passed',
      () => at('ledger.export.period'),
      () => ({ closed_before: '2999-01-01T00:00:00.000000Z' }),
      /periods_in_the_past/,
    ],
    [
      'a late fact that counts in its closed period',
      () => lines.findIndex((line) => 'booked_at' in line && line.booked_at !== null),
      () => ({ booked_at: null }),
      /counts before/,
    ],
    [
      'a fact on time that is called late',
      () => tx(2),
      (line: { created_at: string }) => ({ booked_at: line.created_at }),
      /transactions_booked_late|booked late/,
    ],
    ['a member nobody knows', () => tx(0), () => ({ note: 1 }), /unknown parameter: note/],
    ['a header of another head', () => 0, () => ({ hash: zeros }), /which is not what the export tells/],
    ['another count', () => lines.length - 1, () => ({ entries: 3 }), /it tells 3 entries, but there are \d+/],
  ] as const)
    test(`for ${name}, and the line is named`, async () => {
      const index_ = index()
      const error = await refusal(changed(index_, change(lines[index_] as never)))
      expect(error.message).toMatch(message)
      if (name !== 'a header of another head') expect(error.line).toBe(index_ + 1)
    })

  test('for transactions in another order', async () => {
    const swapped = [...lines]
    const first = tx(0)
    ;[swapped[first], swapped[first + 1]] = [swapped[first + 1] as ExportLine, swapped[first] as ExportLine]
    expect((await refusal(fileOf(swapped))).message).toMatch(/has seq 2, not 1/)
  })

  test('for lines that do not stand in their place', async () => {
    const [header, ...rest] = lines
    expect((await refusal(fileOf([header as object, header as object, ...rest]))).line).toBe(2)
    expect((await refusal(fileOf(rest))).line).toBe(1)
    expect((await refusal(`${'x'.repeat(5 * 1024 * 1024)}\n`)).message).toMatch(/longer than/)
  })
})

const withEntry = (line: { entries: object[] }, change: object) => ({
  entries: line.entries.map((entry, index) => (index === 0 ? { ...entry, ...change } : entry)),
})

test("an import does not open Micro's accounts to the merchant, and what Micro tells again it has", async () => {
  const again = copyOf('sys')
  await importInto(there, again, text)
  const forged = await there.record(again, 'mine', move(1, { from: 'sys_x', to: 'cash' }))
  expect(forged.status).toBe(403)
  const told = await there.post(payments, '/internal/transactions', {
    merchant: again.merchant,
    mode: 'test',
    reference_id: 'micro:charge:ch_1',
    currency: 'usd',
    accounts: [],
    entries: move(100, { from: 'sys_x', to: 'sys_y' }),
  })
  const first = transactions().find(({ reference_id }) => reference_id === 'micro:charge:ch_1')
  expect([told.status, told.body['seq']]).toEqual([200, first?.seq])
})
