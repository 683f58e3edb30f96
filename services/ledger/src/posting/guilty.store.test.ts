/** Whom the memory distrusts after a flight with several books did not land. */
import type { Fault } from '@micro/kernel'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { createEngine, type Engine } from '../testing/engine.ts'
import { expectSound, merchant, startLedger, type Ledger } from '../testing/ledger.ts'
import type { PostRequest } from './index.ts'

let ledger: Ledger
let guilty: ReturnType<typeof merchant>
let here: Engine
let there: Engine
let run = 0
const innocent = merchant('acct_innocent')

const transferOf =
  (whose: () => ReturnType<typeof merchant>) =>
  (reference: string): PostRequest => ({
    book: { merchant: whose().merchant, mode: 'test' },
    reference,
    description: null,
    metadata: {},
    entries: [
      { account: 'a', amount: -1n },
      { account: 'b', amount: 1n },
    ],
  })
const theirs = transferOf(() => innocent)
const transfer = transferOf(() => guilty)

const codeOf = (posting: Promise<unknown>): Promise<string> =>
  posting.then(
    () => 'recorded',
    (fault: Fault) => fault.code,
  )
const change = async (id: string, body: object) =>
  expect(await ledger.post(guilty, `/ledger/accounts/${id}`, body)).toMatchObject({ status: 200 })

beforeAll(async () => {
  ledger = await startLedger({ poolSize: 20 })
  for (const id of ['a', 'b']) await ledger.account(innocent, id, { type: 'liability' })
})
beforeEach(async () => {
  guilty = merchant(`acct_${run++}`)
  for (const id of ['a', 'b']) await ledger.account(guilty, id, { type: 'liability' })
  here = createEngine(ledger, 2 * run)
  there = createEngine(ledger, 2 * run + 1)
  for (const reference of ['first', 'second']) await here.post(transfer(reference))
})
afterEach(() => expectSound(ledger))
afterAll(() => ledger.close())

/** How the next posting to the other book is decided, and then the next one to the guilty book. */
const after = async (name: string): Promise<string[]> => {
  const decided: string[] = []
  for (const request of [theirs(`${name} later`), transfer(`${name} later`)]) {
    const { looked } = here.flights
    await here.post(request)
    decided.push(here.flights.looked > looked ? 'looked' : 'guessed')
  }
  return decided
}
const together = async (name: string, request: PostRequest): Promise<string[]> => {
  const { guessed, looked } = here.flights
  const codes = await Promise.all([codeOf(here.post(theirs(name))), codeOf(here.post(request))])
  expect(here.flights).toEqual({ guessed: guessed + 1, looked: looked + 1 })
  return codes
}

test('a book that another process moved is distrusted, and not the one beside it', async () => {
  await here.post(theirs('moved before'))
  await there.post(transfer('theirs'))
  expect(await together('moved', transfer('mine'))).toEqual(['recorded', 'recorded'])
  expect(await after('moved')).toEqual(['guessed', 'looked'])
})

test('so is one whose merchant repeats what was recorded long ago', async () => {
  await there.post(transfer('old'))
  here = createEngine(ledger, 2_000 + run)
  await here.post(theirs('repeated before'))
  await here.post(transfer('new'))
  expect(await together('repeated', transfer('old'))).toEqual(['recorded', 'recorded'])
  expect(await after('repeated')).toEqual(['guessed', 'looked'])
})

test('so is one whose account was frozen meanwhile', async () => {
  await here.post(theirs('frozen before'))
  await change('a', { status: 'frozen' })
  expect(await together('frozen', transfer('frozen'))).toEqual(['recorded', 'account_frozen'])
  await change('a', { status: 'active' })
  expect(await after('frozen')).toEqual(['guessed', 'looked'])
})
