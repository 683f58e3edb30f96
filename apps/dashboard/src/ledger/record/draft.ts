import type { AccountStatus, NewEntry } from '@micro/contracts'
import { parseAmount, type Unit } from '../amount.ts'

/** A line of a transaction as somebody types it. */
export interface DraftLine {
  readonly account: string
  readonly side: 'debit' | 'credit'
  readonly amount: string
}

export interface DraftAccount extends Unit {
  readonly status: AccountStatus
}

/** What is known of an account that was named: `unknown` where there is none, undefined until it was looked for. */
export type Lookup = (id: string) => DraftAccount | 'unknown' | undefined

/** What is wrong with a line, to be said beside its fields. */
export interface LineFaults {
  readonly account?: string
  readonly amount?: string
}

/** Both sides in one currency. */
export interface DraftSum extends Unit {
  readonly debits: bigint
  readonly credits: bigint
}

export interface Judged {
  readonly faults: readonly LineFaults[]
  readonly sums: readonly DraftSum[]
  /** What is to be recorded; undefined until all of it makes sense and both sides are the same. */
  readonly entries: readonly NewEntry[] | undefined
}

export const emptyLine = (side: DraftLine['side']): DraftLine => ({ account: '', side, amount: '' })

const isEmpty = ({ account, amount }: DraftLine): boolean => account === '' && amount === ''

/** Micro's own accounts take entries of payments alone. */
export const isReserved = (account: string): boolean => account.startsWith('sys_')

const accountFault = (account: string, found: ReturnType<Lookup>): string | undefined => {
  if (account === '') return 'Name an account.'
  if (isReserved(account)) return 'Micro keeps this account for payments: nobody else posts to it.'
  if (found === 'unknown') return 'There is no such account in this mode.'
  if (found !== undefined && found.status !== 'active') return `This account is ${found.status}.`
  return undefined
}

const amountFault = (amount: string, found: ReturnType<Lookup>): string | undefined => {
  const scale = typeof found === 'object' ? found.scale : undefined
  if (amount === '') return 'An amount.'
  if (parseAmount(amount, scale ?? 18) === undefined) {
    if (scale === undefined) return 'An amount above 0.'
    return scale === 0
      ? 'An amount above 0, without decimals.'
      : `An amount above 0, with ${scale} decimals at most, behind a point.`
  }
  return undefined
}

/** What a draft comes to, line by line and side by side. Lines that are empty are none. */
export const judge = (lines: readonly DraftLine[], lookUp: Lookup): Judged => {
  const sums = new Map<string, { scale: number; debits: bigint; credits: bigint }>()
  const entries: NewEntry[] = []
  const faults = lines.map((line): LineFaults => {
    if (isEmpty(line)) return {}
    const found = lookUp(line.account)
    const [account, wrong] = [accountFault(line.account, found), amountFault(line.amount, found)]
    const amount = typeof found === 'object' ? parseAmount(line.amount, found.scale) : undefined
    if (typeof found === 'object' && amount !== undefined) {
      const { currency, scale } = found
      const sum = sums.get(currency) ?? { scale, debits: 0n, credits: 0n }
      sum[line.side === 'debit' ? 'debits' : 'credits'] += amount
      sums.set(currency, sum)
      if (account === undefined)
        entries.push({ account_id: line.account, amount: String(amount), direction: line.side })
    }
    return { ...(account === undefined ? {} : { account }), ...(wrong === undefined ? {} : { amount: wrong }) }
  })
  const told = [...sums].map(([currency, sum]) => ({ currency, ...sum }))
  const isWhole =
    entries.length === lines.filter((line) => !isEmpty(line)).length &&
    entries.length >= 2 &&
    told.every(({ debits, credits }) => debits === credits)
  return { faults, sums: told, entries: isWhole ? entries : undefined }
}
