import { assert, Fault } from '@micro/kernel'
import { genesisOf, linkOf } from '../../chain/content.ts'
import { deedOf } from '../../posting/action.ts'
import type { PostRequest } from '../../posting/index.ts'
import { fingerprintOf } from '../../transactions/fingerprint.ts'
import { createOracle, type Oracle, type OracleAccount, type OracleAction, type OracleRequest } from '../oracle.ts'
import type { SimulatedBook, SimulatedTransaction } from './simulated-books.ts'
import type { Simulated, Told } from './simulation.ts'

const actionOf = ({ action }: PostRequest): OracleAction | undefined => {
  if (action === undefined) return undefined
  if (action.kind === 'hold') return { kind: 'hold', expiresAtMs: null }
  const { kind, parent } = action
  return kind === 'capture'
    ? { kind, of: parent.id, amount: action.amount, final: action.final }
    : { kind, of: parent.id }
}

const oracleRequest = (request: PostRequest, id: string): OracleRequest => {
  const action = actionOf(request)
  return {
    id,
    reference: request.reference,
    entries: request.entries.map(({ account, amount }) => ({ account, amount })),
    ...(action === undefined ? {} : { action }),
    ...(request.description === null ? {} : { words: request.description }),
    ...(request.effectiveAt === undefined ? {} : { effectiveMs: request.effectiveAt.getTime() }),
    ...(request.system === undefined ? {} : { isMicros: true }),
  }
}

const prints = new WeakMap<PostRequest, string>()

/** A request by its reference and content. */
const printOf = (request: PostRequest): string => {
  const { reference, action } = request
  const fingerprint = () => fingerprintOf(action === undefined ? request : { ...request, deed: deedOf(action) })
  const print = prints.get(request) ?? `${reference} ${fingerprint().toString('hex')}`
  prints.set(request, print)
  return print
}

const must = (holds: boolean, what: string): void => assert(holds, what)

/** What hangs together in a book whoever wrote it. */
const judgeChain = (book: SimulatedBook): void => {
  const { merchant } = book
  let head = genesisOf({ merchant, mode: 'test' })
  let timeMs = 0
  for (const [at, { row, seq }] of book.transactions.entries()) {
    must(seq === BigInt(at + 1), `seq ${seq} stands at ${at + 1}`)
    head = linkOf(head, row['content_hash'] as Buffer)
    must(head.equals(row['hash'] as Buffer), `the chain breaks at ${seq}`)
    const createdMs = (row['created_at'] as Date).getTime()
    must(createdMs >= timeMs, `time runs backwards at ${seq}`)
    timeMs = createdMs
  }
  const references = new Set(book.transactions.map(({ reference }) => reference))
  must(references.size === book.transactions.length, 'a reference is recorded twice')
}

const oracleOf = (book: SimulatedBook): Oracle =>
  createOracle(
    new Map(
      book.accounts.map(({ name, currency, side, min, max }): [string, OracleAccount] => [
        name,
        { currency, side, status: 'active', min, max, opening: { credits: 0n, debits: 0n } },
      ]),
    ),
  )

/** The code with which the oracle refuses the wish as the book stands; undefined when it would take it. Leaves no trace. */
const refusalBy = (oracle: Oracle, { wish: { requests } }: Told): string | undefined => {
  const timeMs = oracle.timeMs()
  const added: string[] = []
  let refusal: string | undefined
  for (const [at, request] of requests.entries()) {
    const answer = oracle.decide(oracleRequest(request, `tried-${at}`), timeMs)
    if (answer.kind === 'recorded') added.push(request.reference)
    if (answer.kind !== 'refused') continue
    refusal = `${at} ${answer.code}`
    break
  }
  for (const reference of added) oracle.forget(reference, timeMs)
  return refusal
}

/** Records the book's transactions in their order with the oracle, which must come to the same at each. */
const judgeOrder = (book: SimulatedBook, told: readonly Told[]): void => {
  const requests = new Map(told.flatMap(({ wish }) => wish.requests.map((each) => [printOf(each), each] as const)))
  const refused = told.filter(({ outcome }) => 'fault' in outcome)
  const explained = new Set<Told>()
  const tried = told.filter(({ wish, outcome }) => wish.dryRun && !('fault' in outcome))
  const oracle = oracleOf(book)
  const look = (length: number): void => {
    for (const each of [...refused, ...tried]) {
      if (length < each.from || length > each.to || explained.has(each)) continue
      const { outcome } = each
      const want = 'fault' in outcome ? `${outcome.at} ${outcome.fault.code}` : undefined
      if (refusalBy(oracle, each) === want) explained.add(each)
    }
  }
  const closings = [...book.closings]
  const closeAt = (length: number): void => {
    for (let next = closings[0]; next?.length === length; next = closings[0]) {
      oracle.close(next.before.getTime())
      closings.shift()
      look(length)
    }
  }
  look(0)
  closeAt(0)
  for (const [at, { row, id, entries }] of book.transactions.entries()) {
    const request = requests.get(`${String(row['reference_id'])} ${(row['fingerprint'] as Buffer).toString('hex')}`)
    assert(request !== undefined, `nobody asked for transaction ${at + 1}`)
    const answer = oracle.decide(oracleRequest(request, id), (row['created_at'] as Date).getTime())
    must(
      answer.kind === 'recorded',
      `the oracle refuses transaction ${at + 1}: ${JSON.stringify(answer, (_, v: unknown) => String(v))}`,
    )
    const nets = entries.map(({ balance_after: net }) => net)
    must(
      answer.kind === 'recorded' && String(answer.nets) === String(nets),
      `transaction ${at + 1} tells other balances`,
    )
    const bookedMs = (row['booked_at'] as Date | null)?.getTime()
    must(answer.kind === 'recorded' && answer.bookedMs === bookedMs, `transaction ${at + 1} counts at another time`)
    look(at + 1)
    closeAt(at + 1)
  }
  for (const { name, sums } of book.accounts) {
    const [posted, pending] = [oracle.sides(name, 'posted'), oracle.sides(name, 'pending')]
    const want = [posted.credits, posted.debits, pending.credits, pending.debits]
    must(String(Object.values(sums)) === String(want), `the balance of ${name} is not the fold of its entries`)
  }
  for (const each of [...refused, ...tried]) {
    const { outcome } = each
    const what = 'fault' in outcome ? outcome.fault.code : 'tried out'
    must(explained.has(each), `at no time between ${each.from} and ${each.to} would the oracle have said: ${what}`)
  }
}

/** Whoever was told that something is recorded finds it, once; whoever was refused does not. */
const judgeTold = (book: SimulatedBook, told: readonly Told[]): void => {
  const stored = new Map(book.transactions.map((each): [string, SimulatedTransaction] => [each.reference, each]))
  const first = new Map<string, number>()
  for (const { wish, outcome } of told) {
    if ('fault' in outcome) {
      must(outcome.fault instanceof Fault, 'a refusal has a fault')
      continue
    }
    if (wish.dryRun) continue
    must(outcome.length === wish.requests.length, 'each request has a result')
    for (const [at, { transaction, replayed }] of outcome.entries()) {
      const reference = wish.requests[at]?.reference ?? ''
      const kept = stored.get(reference)
      must(
        kept?.id === transaction.id && kept.seq === transaction.seq,
        `${reference} was acknowledged and is not stored`,
      )
      if (!replayed) first.set(reference, (first.get(reference) ?? 0) + 1)
    }
  }
  for (const [reference, times] of first) must(times === 1, `${reference} was recorded ${times} times`)
  for (const { wish, outcome, tries } of told) {
    if ('fault' in outcome || wish.dryRun || tries > 1) continue
    for (const { reference } of wish.requests) {
      const asked = told
        .flatMap(({ wish: each }) => each.requests)
        .filter((each) => each.reference === reference).length
      must(asked > 1 || first.has(reference), `${reference} was asked for once, and is said to have been there before`)
    }
  }
  const asked = new Set(told.filter(({ wish }) => !wish.dryRun).flatMap(({ wish }) => wish.requests.map(printOf)))
  for (const { row } of book.transactions)
    must(
      asked.has(`${String(row['reference_id'])} ${(row['fingerprint'] as Buffer).toString('hex')}`),
      'nobody asked for this',
    )
}

/** All or none, next to each other, of what was asked for together. */
const judgeGroups = (book: SimulatedBook, told: readonly Told[]): void => {
  for (const { wish, outcome } of told) {
    if ('fault' in outcome || wish.dryRun || wish.requests.length === 1) continue
    const seqs = outcome.filter(({ replayed }) => !replayed).map(({ transaction }) => Number(transaction.seq))
    must(
      seqs.every((seq, at) => at === 0 || seq === (seqs[at - 1] ?? 0) + 1),
      `a group lies apart: ${seqs.join()}`,
    )
  }
  must(book.transactions.length < 1_000, 'a simulation is small')
}

const accountsIn = ({ outcome }: Told): Set<string> =>
  new Set(
    'fault' in outcome ? [] : outcome.flatMap(({ transaction }) => transaction.entries.map(({ account }) => account)),
  )
const sharesAccount = (one: Told, other: Told): boolean => {
  const accounts = accountsIn(other)
  return [...accountsIn(one)].some((account) => accounts.has(account))
}
const seqOf = ({ outcome }: Told): bigint => ('fault' in outcome ? 0n : (outcome[0]?.transaction.seq ?? 0n))

/**
 * Of several calls on the same accounts the one made first is decided first. Not so where nobody heard of a commit: what
 * landed with it is recorded by then, and what was refused beside it is decided once more.
 */
const judgeCalls = (told: readonly Told[]): void => {
  for (const batch of Map.groupBy(told, ({ place }) => place.batch).values()) {
    const recorded = batch.filter(
      ({ wish, outcome }) => !wish.dryRun && !('fault' in outcome) && outcome.every((each) => !each.replayed),
    )
    for (const [first, second] of recorded.flatMap((one) => recorded.map((other) => [one, other] as const))) {
      if (first.place.nth >= second.place.nth || !sharesAccount(first, second)) continue
      must(seqOf(first) < seqOf(second), `${seqOf(first)} was asked for before ${seqOf(second)}`)
    }
  }
}

/** @throws AssertionError that says what does not hold */
export const judge = ({ books, told, trouble }: Simulated): void => {
  const isHeard = [...trouble.keys()].every((name) => !name.includes('lost'))
  for (const book of books) {
    const own = told.filter(({ wish }) => wish.requests[0].book.merchant === book.merchant)
    judgeChain(book)
    judgeOrder(book, own)
    judgeTold(book, own)
    judgeGroups(book, own)
    if (isHeard) judgeCalls(own)
  }
}
