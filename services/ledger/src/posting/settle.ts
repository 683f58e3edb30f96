import { Fault } from '@micro/kernel'
import { shareThread } from '@micro/service'
import type { BookKey } from '../books/book.ts'
import { parentOf } from './action.ts'
import { decide, type PostResult, type TransactionWrite } from './posting.ts'
import { remember, type BookState } from './state.ts'
import { isLong, type Part, type Refusal, type Ticket } from './ticket.ts'

export const bookOf = ({ parts: [{ request }] }: Ticket): BookKey => request.book

/** What the parts of a ticket came to, with what is to be written for them. */
export interface Decided {
  readonly results: PostResult[]
  readonly writes: TransactionWrite[]
}

export const rememberFor = (state: BookState, parts: readonly Part[]): (() => void) => {
  const parents = new Set(parts.flatMap(({ request }) => parentOf(request)?.id ?? []))
  const entries = [
    ...parts.flatMap(({ request }) => request.entries),
    ...[...parents].flatMap((id) => state.parents.get(id)?.transaction.entries ?? []),
  ]
  return remember(state, {
    accounts: new Set(entries.map(({ account }) => account)),
    references: new Set(parts.map(({ request }) => request.reference)),
    parents,
  })
}

/** Decides the parts of a ticket one after another, with a pause after each; the first that is refused moves all back. */
function* deciding(state: BookState, { parts }: Ticket, now: Date): Generator<void, Decided | Refusal> {
  const back = parts.length > 1 ? rememberFor(state, parts) : undefined
  const results: PostResult[] = []
  const writes: TransactionWrite[] = []
  for (const [at, part] of parts.entries()) {
    try {
      const decision = decide(state, part.request, { ...part, now })
      const { kind, transaction } = decision
      if (kind === 'record') writes.push(decision.write)
      // What carries this very part's id was recorded by it, perhaps on a flight whose landing was never heard of.
      results.push({ replayed: transaction.id !== part.id, transaction })
    } catch (error) {
      back?.()
      if (error instanceof Fault) return { at, fault: error }
      throw error
    }
    yield
  }
  return { results, writes }
}

/** What the parts of a ticket come to on the state, which they move on; the first that is refused moves it back. */
export const decideAll = (state: BookState, ticket: Ticket, now: Date): Decided | Refusal => {
  const steps = deciding(state, ticket, now)
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
  }
}

/** The same, with others let go first from time to time. Nobody else may see the state meanwhile. */
export const decideInTurns = async (state: BookState, ticket: Ticket, now: Date): Promise<Decided | Refusal> => {
  if (!isLong(ticket.parts)) return decideAll(state, ticket, now)
  const letOthers = shareThread()
  const steps = deciding(state, ticket, now)
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
    await letOthers()
  }
}
