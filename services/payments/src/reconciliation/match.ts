import type { SettlementKind } from '../processors/settling.ts'
import { difference, isFresh, type Difference, type Terms } from './difference.ts'

/** A movement here that a processor should tell of. */
export interface Ours {
  readonly id: string
  readonly kind: SettlementKind
  readonly source: string
  /** What the processor calls the source: of a dispute its own id. */
  readonly subject: string
  readonly charge: string
  readonly amount: bigint
  readonly currency: string
  readonly recorded_at: Date
}

/** A line of the processor, with how what it names stands here: null when there is no such thing. */
export interface Theirs {
  readonly id: string
  readonly kind: SettlementKind
  readonly subject: string
  readonly charge: string
  readonly processor_id: string
  readonly amount: bigint
  readonly currency: string
  readonly settled_at: Date
  readonly standing: string | null
}

const nameOf = ({ kind, subject }: Pick<Ours, 'kind' | 'subject'>): string => `${kind} ${subject}`

const here = ({ id, source, charge, amount, currency, recorded_at }: Ours) => ({
  object: source,
  charge,
  balance_transaction: id,
  currency,
  amount_here: amount,
  since: recorded_at,
})

const there = ({ subject, charge, processor_id, amount, currency, settled_at }: Theirs) => ({
  object: subject,
  charge,
  processor_id,
  currency,
  amount_there: amount,
  since: settled_at,
})

const onlyHere = (ours: Ours, terms: Terms): Difference =>
  difference(isFresh(ours.recorded_at, terms) ? 'late' : 'missing_at_processor', {
    ...here(ours),
    detail: ours.kind,
  })

const onlyThere = (theirs: Theirs, terms: Terms): Difference => {
  // Refunds and charges are written down before they are asked for; of a dispute the processor knows first.
  const mayCome = theirs.standing !== null || theirs.kind === 'dispute' || theirs.kind === 'dispute_reversal'
  if (mayCome && isFresh(theirs.settled_at, terms)) return difference('late', { ...there(theirs), detail: theirs.kind })
  return theirs.standing === null
    ? difference('missing_here', { ...there(theirs), detail: theirs.kind })
    : difference('status_differs', { ...there(theirs), detail: `${theirs.kind} there, ${theirs.standing} here` })
}

const compare = (ours: Ours, theirs: Theirs): Difference[] => {
  const both = { ...there(theirs), ...here(ours), processor_id: theirs.processor_id }
  if (ours.currency !== theirs.currency)
    return [difference('currency_differs', { ...both, detail: `${theirs.currency} there` })]
  return ours.amount === theirs.amount ? [] : [difference('amount_differs', both)]
}

const groupBy = <T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> => Map.groupBy(items, keyOf)

/** What differs about one charge and all that came of it. Of several lines the first counts, the others are too many. */
export const matchCharge = (ours: readonly Ours[], theirs: readonly Theirs[], terms: Terms): Difference[] => {
  const lines = groupBy(theirs, nameOf)
  const found = ours.flatMap((movement) => {
    const [first, ...more] = lines.get(nameOf(movement)) ?? []
    lines.delete(nameOf(movement))
    if (first === undefined) return [onlyHere(movement, terms)]
    return [
      ...compare(movement, first),
      ...more.map((line) =>
        difference('duplicate_at_processor', {
          ...there(line),
          object: movement.source,
          balance_transaction: movement.id,
          detail: line.id,
        }),
      ),
    ]
  })
  const unmatched = [...lines.values()].flatMap(([first, ...more]) => [
    ...(first === undefined ? [] : [onlyThere(first, terms)]),
    ...more.map((line) => difference('duplicate_at_processor', { ...there(line), detail: line.id })),
  ])
  return [...found, ...unmatched]
}

interface OfCharge {
  readonly charge: string
}

/** Collects what is next to each other of one charge. */
async function* grouped<T extends OfCharge>(items: AsyncIterable<T>): AsyncGenerator<{ charge: string; items: T[] }> {
  let group: { charge: string; items: T[] } | undefined
  for await (const item of items) {
    if (group?.charge === item.charge) group.items.push(item)
    else {
      if (group !== undefined) yield group
      group = { charge: item.charge, items: [item] }
    }
  }
  if (group !== undefined) yield group
}

/**
 * Compares both sides, each ordered by the bytes of its charges' ids, charge by charge: no more than what is of one charge
 * is held, however long they are.
 */
export async function* matchAll(
  ours: AsyncIterable<Ours>,
  theirs: AsyncIterable<Theirs>,
  terms: Terms,
): AsyncGenerator<Difference> {
  const [left, right] = [grouped(ours), grouped(theirs)]
  let [a, b] = [await left.next(), await right.next()]
  while (a.done !== true || b.done !== true) {
    const isLeft = a.done !== true && (b.done === true || a.value.charge <= b.value.charge)
    const isRight = b.done !== true && (a.done === true || b.value.charge <= a.value.charge)
    yield* matchCharge(
      isLeft && a.done !== true ? a.value.items : [],
      isRight && b.done !== true ? b.value.items : [],
      terms,
    )
    if (isLeft) a = await left.next()
    if (isRight) b = await right.next()
  }
}
