/**
 * A ledger that is nothing but a list of lines, folded anew for every question: slow, and simple enough to be believed.
 * It shares no code with the engine that is compared with it.
 */
export interface OracleAccount {
  readonly currency: string
  readonly side: 'credit' | 'debit'
  status: 'active' | 'frozen' | 'closed'
  min: bigint | null
  max: bigint | null
  /** What it had on each side before the first line. */
  readonly opening: { readonly credits: bigint; readonly debits: bigint }
}

export interface OracleEntry {
  readonly account: string
  readonly amount: bigint
  readonly condition?: { readonly gte?: bigint; readonly lte?: bigint; readonly version?: bigint }
}

export type OracleAction =
  | { readonly kind: 'hold'; readonly expiresAtMs: number | null }
  | { readonly kind: 'capture'; readonly of: string; readonly amount: bigint | null; readonly final: boolean }
  | { readonly kind: 'release' | 'expire' | 'reversal'; readonly of: string }

export interface OracleRequest {
  readonly id: string
  readonly reference: string
  readonly entries: readonly OracleEntry[]
  readonly action?: OracleAction
  readonly words?: string
  readonly effectiveMs?: number
  /** What Micro itself learned, which counts later where its time is closed. */
  readonly isMicros?: boolean
}

interface Line {
  readonly account: string
  readonly amount: bigint
  readonly layer: 'posted' | 'pending'
  /** The side of the account that it raises, or lowers when it takes back what a hold had set aside. */
  readonly side: 'credit' | 'debit'
  readonly condition?: OracleEntry['condition']
}

interface Kept {
  readonly id: string
  readonly content: string
  readonly kind: string
  readonly of: string | null
  readonly final: boolean
  readonly expiresAtMs: number | null
  readonly isMicros: boolean
  readonly lines: readonly Line[]
}

export type OracleAnswer =
  | {
      readonly kind: 'recorded'
      readonly id: string
      readonly nets: readonly bigint[]
      /** When it counts, where that is not when it took effect. */
      readonly bookedMs?: number
    }
  | { readonly kind: 'exists'; readonly id: string; readonly nets: readonly bigint[] }
  | { readonly kind: 'refused'; readonly code: string }

/** Ends a decision. Nothing has been kept by then. */
class Refused extends Error {
  readonly code: string
  constructor(code: string) {
    super(code)
    this.code = code
  }
}
const refuse = (code: string): never => {
  throw new Refused(code)
}

const largest = 10n ** 38n - 1n
const sum = (amounts: readonly bigint[]): bigint => amounts.reduce((total, each) => total + each, 0n)
const size = (amount: bigint): bigint => (amount < 0n ? -amount : amount)
const sideOf = (amount: bigint): 'credit' | 'debit' => (amount > 0n ? 'credit' : 'debit')
const raising = (layer: Line['layer'], entry: OracleEntry): Line => ({ ...entry, layer, side: sideOf(entry.amount) })
const takingBack = (account: string, amount: bigint): Line => ({
  account,
  amount: -amount,
  layer: 'pending',
  side: sideOf(amount),
})

const contentOf = ({ entries, action, words, effectiveMs }: OracleRequest): string =>
  JSON.stringify(
    [entries.map(({ account, amount }) => `${account} ${amount}`).toSorted(), action, words, effectiveMs],
    (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value),
  )

export const createOracle = (accounts: ReadonlyMap<string, OracleAccount>) => {
  const kept = new Map<string, Kept>()
  let timeMs = 0
  let closedMs: number | null = null

  const linesOf = (account: string, more: readonly Line[] = []): Line[] =>
    [...[...kept.values()].flatMap(({ lines }) => lines), ...more].filter((line) => line.account === account)

  /** Credits and debits of an account on one layer. */
  const sides = (account: string, layer: Line['layer'], more: readonly Line[] = []) => {
    const lines = linesOf(account, more).filter((line) => line.layer === layer)
    const on = (side: string) => sum(lines.filter((line) => line.side === side).map(({ amount }) => amount))
    const { credits, debits } = accounts.get(account)?.opening ?? { credits: 0n, debits: 0n }
    return layer === 'posted'
      ? { credits: credits + on('credit'), debits: debits - on('debit') }
      : { credits: on('credit'), debits: -on('debit') }
  }

  /** On the normal side. */
  const standing = (account: string, more: readonly Line[] = []) => {
    const [posted, pending] = [sides(account, 'posted', more), sides(account, 'pending', more)]
    const credit = accounts.get(account)?.side === 'credit'
    const balance = credit ? posted.credits - posted.debits : posted.debits - posted.credits
    const [into, out] = credit ? [pending.credits, pending.debits] : [pending.debits, pending.credits]
    return { balance, most: balance + into, available: balance - out }
  }

  const find = (id: string): Kept => [...kept.values()].find((each) => each.id === id) ?? refuse('unknown parent')
  const following = (id: string): Kept[] => [...kept.values()].filter(({ of }) => of === id)

  /** By account: what of a hold is neither captured nor given back. */
  const leftOf = (hold: Kept): Map<string, bigint> => {
    const left = new Map<string, bigint>()
    for (const { account, amount, layer } of [hold, ...following(hold.id)].flatMap(({ lines }) => lines))
      if (layer === 'pending') left.set(account, (left.get(account) ?? 0n) + amount)
    return left
  }

  const checkOpen = (hold: Kept): void => {
    const ends: Record<string, string> = { capture: 'hold_captured', release: 'hold_released', expire: 'hold_expired' }
    const last = following(hold.id).at(-1)
    if (last !== undefined && [...leftOf(hold).values()].every((left) => left === 0n)) refuse(ends[last.kind] ?? '?')
  }

  const captureLines = (hold: Kept, { entries, action }: OracleRequest, atMs: number): Line[] => {
    if (action?.kind !== 'capture') return refuse('no capture')
    checkOpen(hold)
    if (hold.expiresAtMs !== null && hold.expiresAtMs <= atMs) refuse('hold_expired')
    const left = leftOf(hold)
    const heldOn = (account: string) => hold.lines.find((line) => line.account === account)?.amount ?? 0n
    let asked: readonly OracleEntry[] = entries
    if (action.amount !== null) {
      const { amount } = action
      if (left.size !== 2) refuse('parameter_invalid')
      asked = [...left.keys()].map((account) => ({ account, amount: heldOn(account) > 0n ? amount : -amount }))
    } else if (entries.length === 0) {
      asked = [...left].flatMap(([account, amount]) => (amount === 0n ? [] : [{ account, amount }]))
    }
    for (const [at, { account, amount }] of asked.entries()) {
      if (!left.has(account)) refuse('parameter_invalid')
      if (asked.findIndex((each) => each.account === account) < at) refuse('parameter_invalid')
      if (sideOf(amount) !== sideOf(heldOn(account))) refuse('parameter_invalid')
      if (size(amount) > size(left.get(account) ?? 0n)) refuse('hold_exceeded')
    }
    const back = action.final
      ? [...left].flatMap(([account, amount]) => (amount === 0n ? [] : [takingBack(account, amount)]))
      : asked.map(({ account, amount }) => takingBack(account, amount))
    return [...asked.map((entry) => raising('posted', entry)), ...back]
  }

  const linesFor = (request: OracleRequest, atMs: number): Line[] => {
    const { entries, action } = request
    if (action === undefined) return entries.map((entry) => raising('posted', entry))
    if (action.kind === 'hold') {
      if (new Set(entries.map(({ account }) => account)).size < entries.length) refuse('parameter_invalid')
      if (action.expiresAtMs !== null && action.expiresAtMs <= atMs) refuse('parameter_invalid')
      return entries.map((entry) => raising('pending', entry))
    }
    const parent = find(action.of)
    if (action.kind === 'capture') return captureLines(parent, request, atMs)
    if (action.kind === 'reversal') {
      if (parent.isMicros || (parent.kind !== 'post' && parent.kind !== 'capture')) refuse('transaction_not_reversible')
      if (following(parent.id).some(({ kind }) => kind === 'reversal')) refuse('transaction_already_reversed')
      return parent.lines
        .filter(({ layer }) => layer === 'posted')
        .map(({ account, amount }) => raising('posted', { account, amount: -amount }))
    }
    checkOpen(parent)
    return [...leftOf(parent)].flatMap(([account, amount]) => (amount === 0n ? [] : [takingBack(account, amount)]))
  }

  const checkAccounts = (lines: readonly Line[], givesBack: boolean): void => {
    for (const { account } of lines) {
      const status = accounts.get(account)?.status ?? refuse('parameter_resource_missing')
      if (status === 'closed' || (status === 'frozen' && !givesBack)) refuse(`account_${status}`)
    }
  }

  const checkBalance = (lines: readonly Line[]): void => {
    const currencies = [...new Set(lines.map(({ account }) => accounts.get(account)?.currency))]
    const total = (of: readonly Line[]) => sum(of.map(({ amount }) => amount))
    for (const currency of currencies) {
      if (total(lines.filter(({ account }) => accounts.get(account)?.currency === currency)) === 0n) continue
      refuse(currencies.length > 1 && total(lines) === 0n ? 'currency_mismatch' : 'transaction_unbalanced')
    }
  }

  const checkRoom = (lines: readonly Line[]): void => {
    for (const [at, { account }] of lines.entries()) {
      const so = lines.slice(0, at + 1)
      const [posted, pending] = [sides(account, 'posted', so), sides(account, 'pending', so)]
      if (posted.credits + pending.credits > largest || posted.debits + pending.debits > largest)
        refuse('sum_out_of_range')
    }
  }

  const checkLimits = (lines: readonly Line[]): void => {
    for (const { account } of lines) {
      const { min = null, max = null } = accounts.get(account) ?? {}
      const after = standing(account, lines)
      if (min !== null && after.available < min) refuse('insufficient_funds')
      if (max !== null && after.most > max) refuse('limit_exceeded')
    }
  }

  const checkConditions = (lines: readonly Line[]): void => {
    for (const { account, condition: { gte, lte, version } = {} } of lines) {
      if (version !== undefined && BigInt(linesOf(account).length) !== version) refuse('version_conflict')
      const { available } = standing(account, lines)
      if (gte !== undefined && available < gte) refuse('condition_failed')
      if (lte !== undefined && available > lte) refuse('condition_failed')
    }
  }

  const netsOf = (lines: readonly Line[]): bigint[] =>
    lines.map(({ account, layer }, at) => {
      const { credits, debits } = sides(account, layer, lines.slice(0, at + 1))
      return credits - debits
    })

  const decide = (request: OracleRequest, nowMs: number): OracleAnswer => {
    const existing = kept.get(request.reference)
    if (existing !== undefined)
      return existing.content === contentOf(request)
        ? { kind: 'exists', id: existing.id, nets: [] }
        : refuse('reference_conflict')
    const atMs = Math.max(nowMs, timeMs, closedMs ?? 0)
    const lines = linesFor(request, atMs)
    const { kind = 'post' } = request.action ?? {}
    checkAccounts(lines, kind === 'release' || kind === 'expire')
    if (kind === 'capture') checkBalance(lines.filter(({ layer }) => layer === 'posted'))
    checkBalance(lines)
    if (kind === 'post' || kind === 'hold' || kind === 'reversal') checkRoom(lines)
    checkLimits(lines)
    checkConditions(lines)
    const isLate = closedMs !== null && (request.effectiveMs ?? atMs) < closedMs
    if (isLate && request.isMicros !== true) refuse('period_closed')
    const nets = netsOf(lines)
    const { action } = request
    kept.set(request.reference, {
      id: request.id,
      content: contentOf(request),
      kind,
      of: action !== undefined && 'of' in action ? action.of : null,
      final: action?.kind === 'capture' && action.final,
      expiresAtMs: action?.kind === 'hold' ? action.expiresAtMs : null,
      isMicros: request.isMicros === true,
      lines,
    })
    timeMs = atMs
    return { kind: 'recorded', id: request.id, nets, ...(isLate ? { bookedMs: atMs } : {}) }
  }

  return {
    decide(request: OracleRequest, nowMs: number): OracleAnswer {
      try {
        return decide(request, nowMs)
      } catch (error) {
        if (error instanceof Refused) return { kind: 'refused', code: error.code }
        throw error
      }
    },
    /** Takes back what was decided last: what was tried out, or belongs together with what was refused. */
    forget(reference: string, timeBeforeMs: number): void {
      kept.delete(reference)
      timeMs = timeBeforeMs
    },
    /** Everything before this is closed from now on. */
    close(beforeMs: number): void {
      closedMs = beforeMs
    },
    timeMs: () => timeMs,
    standing,
    sides,
    version: (account: string) => BigInt(linesOf(account).length),
    count: () => kept.size,
  }
}

export type Oracle = ReturnType<typeof createOracle>
