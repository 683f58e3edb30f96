import { setImmediate as othersFirst } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import type { ParentState } from './parent.ts'
import { bookOf, decideAll, decideInTurns, type Decided } from './settle.ts'
import type { AccountState, BookState } from './state.ts'
import type { Part, Ticket } from './ticket.ts'

const book = { merchant: 'acct_a', mode: 'test' } as const
const now = new Date(0)

const account = (nth: bigint): AccountState => ({
  account: nth,
  currency: 'usd',
  type: 'asset',
  status: 'active',
  minAvailable: null,
  maxBalance: null,
  credits: 0n,
  debits: 0n,
  pendingCredits: 0n,
  pendingDebits: 0n,
  version: 0n,
})
const stateOf = (): BookState => ({
  book: 1n,
  seqLast: 0n,
  recordedLast: null,
  hashLast: Buffer.alloc(32),
  closedBefore: null,
  accounts: new Map([
    ['a', account(1n)],
    ['b', account(2n)],
  ]),
  recorded: new Map(),
  parents: new Map(),
})
const part = (nth: number, amount = 1n): Part => ({
  id: `ltx_${nth}`,
  fingerprint: Buffer.alloc(32, nth),
  salt: Buffer.alloc(16),
  request: {
    book,
    reference: `r${nth}`,
    description: 'words',
    metadata: {},
    entries: [
      { account: 'a', amount },
      { account: 'b', amount: -1n },
    ],
  },
})
const ticketOf = (parts: readonly Part[]): Ticket => ({ parts: parts as Ticket['parts'], dryRun: false })
const many = Array.from({ length: 5_000 }, (_, nth) => part(nth))

/** How often others had their turn until the work was done. */
const turnsDuring = async (work: Promise<unknown>): Promise<number> => {
  let isDone = false
  void work.then(() => (isDone = true))
  let turns = 0
  for (; !isDone; turns++) await othersFirst()
  return turns
}

test('what takes long to decide lets others go first meanwhile, and comes to the same', async () => {
  const [atOnce, inTurns] = [stateOf(), stateOf()]
  const work = decideInTurns(inTurns, ticketOf(many), now)
  expect(await turnsDuring(work)).toBeGreaterThan(2)
  expect(await work).toEqual(decideAll(atOnce, ticketOf(many), now))
  expect(inTurns).toEqual(atOnce)
})

test('its last part refused, nothing of it is left', async () => {
  const state = stateOf()
  const decided = await decideInTurns(state, ticketOf([...many, part(many.length, 2n)]), now)
  expect(decided).toMatchObject({ at: many.length, fault: { code: 'transaction_unbalanced' } })
  expect(state).toEqual(stateOf())
})

test('what had been recorded before a ticket that is refused stays recorded', () => {
  const state = stateOf()
  decideAll(state, ticketOf([part(0)]), now)
  const before = structuredClone(state)
  const decided = decideAll(state, ticketOf([part(0), part(1), part(2, 2n)]), now)
  expect(decided).toMatchObject({ at: 2, fault: { code: 'transaction_unbalanced' } })
  expect(structuredClone(state)).toEqual(before)
})

test('a ticket that names an account which is not there is refused, and nothing of it is left', () => {
  const state = stateOf()
  const elsewhere = part(1)
  const entries = elsewhere.request.entries.map((entry) => ({ ...entry, account: 'none' }))
  const decided = decideAll(
    state,
    ticketOf([part(0), { ...elsewhere, request: { ...elsewhere.request, entries } }]),
    now,
  )
  expect(decided).toMatchObject({ at: 1, fault: { code: 'parameter_resource_missing' } })
  expect(state).toEqual(stateOf())
})

describe('what a part came to', () => {
  const decided = (state: BookState, ...parts: Part[]): Decided => {
    const outcome = decideAll(state, ticketOf(parts), now)
    if ('fault' in outcome) throw outcome.fault
    return outcome
  }
  test('is recorded and written once, in order', () => {
    const { results, writes } = decided(stateOf(), part(0), part(1))
    expect(results.map(({ replayed, transaction }) => [replayed, transaction.id])).toEqual([
      [false, 'ltx_0'],
      [false, 'ltx_1'],
    ])
    expect(writes.map(({ transaction }) => transaction)).toEqual(results.map(({ transaction }) => transaction))
  })
  test('is a replay of what another had recorded, and not of what it had recorded itself', () => {
    const state = stateOf()
    const [recorded] = decided(state, part(0)).results
    const { results, writes } = decided(state, { ...part(0), id: 'ltx_9' }, part(0))
    expect(results).toEqual([
      { ...recorded, replayed: true },
      { ...recorded, replayed: false },
    ])
    expect(writes).toEqual([])
  })
  test('is for the book of its ticket', () => expect(bookOf(ticketOf([part(0)]))).toBe(book))
})

/** A hold that is open, and parts that follow it. */
const withHold = () => {
  const parents = new Map<string, ParentState>()
  const state: BookState = { ...stateOf(), parents }
  const hold = part(0)
  const ticket = ticketOf([{ ...hold, request: { ...hold.request, action: { kind: 'hold', expiry: null } } }])
  const decided = decideAll(state, ticket, now)
  if ('fault' in decided) throw decided.fault
  const transaction = decided.writes[0]?.transaction
  if (transaction === undefined) throw new Error('expected a hold')
  const remaining = new Map(transaction.entries.map(({ account: name, amount }) => [name, amount]))
  parents.set(transaction.id, { transaction, remaining, status: 'open', captures: 0, reversedBy: null })
  const following = (nth: number, id: string): Part => {
    const { request, ...rest } = part(nth)
    const action = { kind: 'release', parent: { id, seq: 1n, weight: 1 } } as const
    return { ...rest, request: { ...request, entries: [], action } }
  }
  return { state, following }
}

test('a hold is as it was before the ticket that is refused, and so are its accounts', () => {
  const { state, following } = withHold()
  const before = structuredClone(state)
  const decided = decideAll(state, ticketOf([following(1, 'ltx_0'), following(2, 'ltx_0')]), now)
  expect(decided).toMatchObject({ at: 1, fault: { code: 'hold_released' } })
  expect(structuredClone(state)).toEqual(before)
})

test('our own mistake is no refusal, and leaves nothing either', () => {
  const { state, following } = withHold()
  const before = structuredClone(state)
  expect(() => decideAll(state, ticketOf([following(1, 'ltx_0'), following(2, 'ltx_none')]), now)).toThrow('not loaded')
  expect(() => decideAll(state, ticketOf([following(1, 'ltx_none')]), now)).toThrow('not loaded')
  expect(structuredClone(state)).toEqual(before)
})
