import type { Event } from '@micro/contracts'
import type { Clock } from '@micro/kernel'
import { printable, type Terminal } from '../shell/terminal.ts'
import { lengthOf } from '../shell/ago.ts'
import { stampFor } from '../shell/time-of-day.ts'
import { isSuccess, type Attempt } from './relay.ts'
import { tallyText, type Tally } from './tally.ts'

/** How a connection became ready. */
export interface ReadyState {
  readonly again: boolean
  /** How long there was none. */
  readonly lostForMs: number
  /** The seq it began behind; null for now. */
  readonly after: number | null
}

/** Says what happens while listening. */
export interface Printer {
  ready(secret: string, state: ReadyState): void
  lost(reason: string): void
  stillLost(reason: string, lostForMs: number): void
  missed(reason: string): void
  event(seq: number, event: Event): void
  forwarded(attempt: Attempt): void
  ended(tally: Tally): void
}

const bodyCharsMax = 200

const shortened = (body: string): string => {
  const text = printable(body)
  return text.length > bodyCharsMax ? `${text.slice(0, bodyCharsMax)}…` : text
}

const secondsOf = (ms: number): string => lengthOf(Math.max(1, Math.round(ms / 1000)))

const readyText = (secret: string, { again, lostForMs, after }: ReadyState): string =>
  again
    ? `Reconnected after ${secondsOf(lostForMs)}; what happened meanwhile follows.`
    : `Your webhook signing secret is ${secret} (^C to quit)${after === null ? '' : `\nBeginning behind event ${after} of your order.`}`

/** What is said about the connection, on standard error, so that nobody waits for events that cannot come. */
const connectionPrinter = ({ err }: Pick<Terminal, 'err'>): Pick<Printer, 'lost' | 'stillLost' | 'missed'> => ({
  lost: (reason) => err(`Connection lost, reconnecting… (${printable(reason)})`),
  stillLost: (reason, lostForMs) =>
    err(`Not connected for ${secondsOf(lostForMs)} (${printable(reason)}). Events wait at the server.`),
  missed: (reason) => err(`Warning: ${printable(reason)}`),
})

const whyOf = ({ result: { error, body }, retryInMs }: Attempt): string => {
  const why = printable(error ?? (body === undefined ? '' : shortened(body)))
  const again = retryInMs === undefined ? '' : `again in ${secondsOf(retryInMs)}`
  return [why, again].filter((each) => each !== '').join('; ')
}

export const humanPrinter = ({ terminal, clock }: { terminal: Terminal; clock: Clock }): Printer => {
  const { paint } = terminal
  const stamp = stampFor(terminal)
  const time = () => paint('dim', stamp(clock.now()))
  const id = (event: Event) => `[${printable(event.id)}]`

  return {
    ...connectionPrinter(terminal),
    ready: (secret, state) =>
      terminal.out(`${state.again ? `${time()} ` : paint('bold', 'Ready!')} ${readyText(secret, state)}`),
    event: (_seq, event) => terminal.out(`${time()}  --> ${paint('bold', printable(event.type))} ${id(event)}`),
    forwarded(attempt) {
      const { event, target, result } = attempt
      const outcome = paint(isSuccess(result) ? 'green' : 'red', `[${result.status ?? 'ERROR'}]`)
      const why = whyOf(attempt)
      terminal.out(
        `${time()}  <-- ${outcome} POST ${target} ${id(event)} (${result.ms} ms)${why === '' ? '' : `: ${why}`}`,
      )
    },
    ended: (tally) => terminal.err(tallyText(tally)),
  }
}

/** One JSON object per line on standard output, for programs; what is said about the connection goes to standard error. */
export const jsonPrinter = ({ terminal }: { terminal: Terminal }): Printer => {
  const line = (value: object) => terminal.out(JSON.stringify(value))
  return {
    ...connectionPrinter(terminal),
    ready: (secret, state) => terminal.err(`${state.again ? '' : 'Ready! '}${readyText(secret, state)}`),
    event: (seq, event) => line({ kind: 'event', seq, event }),
    forwarded: ({ event, target, result: { status = null, ms, body, error }, retryInMs }) =>
      line({
        kind: 'forward',
        event: event.id,
        url: target,
        status,
        ms,
        ...(body === undefined ? {} : { body }),
        ...(error === undefined ? {} : { error }),
        ...(retryInMs === undefined ? {} : { retry_in_ms: retryInMs }),
      }),
    ended: (tally) => line({ kind: 'summary', ...tally }),
  }
}
