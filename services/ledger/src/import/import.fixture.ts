/** A book with something of everything, exported, and what a file of it can be changed into. */
import { createHash } from 'node:crypto'
import type { ExportLine, MerchantPrincipal } from '@micro/contracts'
import { testRuntime } from '@micro/testing'
import { expect } from 'vitest'
import { expireHolds } from '../holds/expiry.ts'
import { createPosting } from '../posting/index.ts'
import { move, payments, type Ledger } from '../testing/ledger.ts'
import { importBook } from './import.work.ts'

type Must = (work: Promise<{ status: number; body: unknown }>) => Promise<void>

/** A hold of every state, captured in parts, given back and expired, with a limit that counts it; and a reversal. */
const holdSome = async (ledger: Ledger, who: MerchantPrincipal, must: Must): Promise<void> => {
  for (const id of ['buyer', 'seller']) await ledger.account(who, id, { type: 'liability' })
  await must(ledger.record(who, 'fund', move(900, { from: 'seller', to: 'buyer' })))
  const hold = async (reference_id: string, rest: object = {}): Promise<string> => {
    const entries = move(50, { from: 'buyer', to: 'seller' })
    const { status, body } = await ledger.post(who, '/ledger/holds', { reference_id, entries, ...rest })
    expect([status, body]).toEqual([201, body])
    return String(body['id'])
  }
  const [partly, released] = [await hold('partly', { description: 'in parts' }), await hold('released')]
  await hold('expiring', { expires_in: 5 })
  await hold('open', { expires_in: 1_000_000 })
  await must(ledger.post(who, `/ledger/holds/${partly}/capture`, { amount: 20, reference_id: 'part' }))
  await must(ledger.post(who, `/ledger/holds/${partly}/capture`, { amount: 10, reference_id: 'rest', final: true }))
  await must(ledger.post(who, `/ledger/holds/${released}/release`, {}))
  ledger.clock.advance(6_000)
  const { db } = ledger.database
  const runtime = { ...testRuntime({ clock: ledger.clock, seed: 77 }), db }
  await expireHolds({ ...runtime, post: createPosting(runtime).post })
  const { body } = await ledger.record(who, 'mistake', move(7, { from: 'buyer', to: 'seller' }))
  await must(ledger.post(who, `/ledger/transactions/${String(body['id'])}/reverse`, {}))
  await must(ledger.post(who, '/ledger/accounts/buyer', { min_available: 820 }))
}

/** What Micro learns of a time that may be closed. */
const learn = (ledger: Ledger, { merchant, mode }: MerchantPrincipal, reference_id: string, rest: object = {}) =>
  ledger.post(payments, '/internal/transactions', {
    merchant,
    mode,
    reference_id,
    currency: 'usd',
    accounts: [
      { id: 'sys_x', name: 'x', type: 'asset' },
      { id: 'sys_y', name: 'y', type: 'liability' },
    ],
    entries: move(100, { from: 'sys_x', to: 'sys_y' }),
    ...rest,
  })

/** Periods closed before anything was recorded, several at one seq, and behind the newest; with late facts between. */
const closeSome = async (ledger: Ledger, who: MerchantPrincipal, must: Must): Promise<void> => {
  const close = (before: number, description?: string) => {
    const closes_through = Math.floor(ledger.clock.now().getTime() / 1_000) - before
    return must(ledger.post(who, '/ledger/periods', { closes_through, ...(description && { description }) }))
  }
  ledger.clock.advance(60_000)
  await close(58)
  await must(learn(ledger, who, 'micro:late:1', { effective_at: 1_000_000_001 }))
  await close(50, 'é, "two"')
  await close(40)
  await must(learn(ledger, who, 'micro:late:2', { effective_at: 1_000_000_002 }))
  await must(ledger.record(who, 'on time', move(3, { from: 'eur_in', to: 'eur_out' })))
  await close(5)
}

/** Limits that were set late, a closed and a frozen account, assets, words, holds, Micro's own accounts, large amounts. */
export const fillBook = async (ledger: Ledger, who: MerchantPrincipal): Promise<void> => {
  const must: Must = async (work) => {
    const { status, body } = await work
    expect([200, 201], JSON.stringify(body)).toContain(status)
  }
  await must(ledger.post(who, '/ledger/assets', { code: 'gold', name: 'Grams, é', scale: 8 }))
  for (const id of ['cash', 'sales', 'old', 'still']) await ledger.account(who, id)
  for (const id of ['bars', 'vault']) await ledger.account(who, id, { currency: 'gold' })
  for (const id of ['eur_in', 'eur_out']) await ledger.account(who, id, { currency: 'eur' })
  await must(ledger.post(who, '/ledger/periods', { closes_through: 999_999_999 }))
  await must(ledger.record(who, 'r1', move(500, { from: 'cash', to: 'sales' }), { description: 'Zoë "1", =SUM(A1)' }))
  ledger.clock.advance(1_500)
  await must(ledger.record(who, 'r2', move('1000000000000000000000000000000', { from: 'bars', to: 'vault' })))
  await must(
    ledger.record(who, 'r3', [...move(5, { from: 'cash', to: 'old' }), ...move(4, { from: 'eur_in', to: 'eur_out' })], {
      metadata: { 'order\n9': '7', 10: 'x', é: 'ü' },
      effective_at: 1_000_000_000,
    }),
  )
  await must(ledger.record(who, 'r4', move(5, { from: 'old', to: 'cash' })))
  const named = await ledger.record(who, 'named', move(2, { from: 'eur_in', to: 'eur_out' }), {
    description: 'Jane Doe',
  })
  await must(ledger.post(who, `/ledger/transactions/${String(named.body['id'])}/erase`, { reason: 'Asked' }))
  await must(learn(ledger, who, 'micro:charge:ch_1'))
  await holdSome(ledger, who, must)
  await closeSome(ledger, who, must)
  await must(ledger.post(who, '/ledger/accounts/old', { status: 'closed' }))
  await must(ledger.post(who, '/ledger/accounts/still', { status: 'frozen', metadata: { why: 'asked' } }))
  await must(ledger.post(who, '/ledger/accounts/sales', { min_available: -600, max_balance: 0 }))
}

export const exportOf = async (ledger: Ledger, who: MerchantPrincipal, query = ''): Promise<string> => {
  const { status, text, headers } = await ledger.call(who, { url: `/ledger/export${query}` })
  expect([status, headers['content-type']]).toEqual([200, 'application/x-ndjson; charset=utf-8'])
  return text
}

export const linesOf = (text: string): ExportLine[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as ExportLine)

/** A file of the lines whose digest is right, as whoever forges one would write it. */
export const fileOf = (lines: readonly object[]): string => {
  const body = lines
    .slice(0, -1)
    .map((line) => `${JSON.stringify(line)}\n`)
    .join('')
  const sha256 = createHash('sha256').update(body).digest('hex')
  return `${body}${JSON.stringify({ ...lines.at(-1), sha256 })}\n`
}

async function* inPieces(text: string, size: number): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text, 'utf8')
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

export const importInto = (ledger: Ledger, who: MerchantPrincipal, text: string | Buffer, { size = 700 } = {}) =>
  importBook(
    { db: ledger.database.owner, clock: ledger.clock },
    { merchant: who.merchant, mode: who.mode },
    typeof text === 'string'
      ? inPieces(text, size)
      : (async function* () {
          yield text
        })(),
  )
