import { Fault } from '@micro/kernel'
import { nameOf } from '../books/book.ts'
import { bookOf } from './settle.ts'
import { isRefusal, type Outcome, type Ticket } from './ticket.ts'

const isOther = (guessed: Outcome | undefined, became: Outcome | Error): boolean => {
  if (guessed === undefined || isRefusal(guessed)) return false
  // A fault says that nobody got to look; any other error is of the ticket.
  if (became instanceof Error) return !(became instanceof Fault)
  return isRefusal(became) || became.some(({ replayed }, at) => replayed !== guessed[at]?.replayed)
}

/**
 * The books about which the memory was wrong, by name: those of tickets that came to something else than was decided
 * on it. The other books on the same flight could not help that it did not land.
 */
export const wronglyRemembered = (
  tickets: readonly Ticket[],
  guessed: readonly (Outcome | undefined)[],
  became: readonly (Outcome | Error)[],
): ReadonlySet<string> =>
  new Set(
    tickets.flatMap((ticket, at) => {
      const outcome = became[at]
      return outcome !== undefined && isOther(guessed[at], outcome) ? [nameOf(bookOf(ticket))] : []
    }),
  )
