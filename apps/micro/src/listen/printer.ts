import type { Event } from '@micro/contracts'
import type { Clock } from '@micro/kernel'
import { printable, type Terminal } from '../shell/terminal.ts'
import type { Forwarded } from './forward.ts'

/** Says what happens while listening. */
export interface Printer {
  ready(secret: string, again: boolean): void
  lost(reason: string): void
  missed(reason: string): void
  event(seq: number, event: Event): void
  forwarded(event: Event, result: Forwarded): void
}

const bodyCharsMax = 200

const two = (value: number): string => String(value).padStart(2, '0')

/** Local time, as one reads it in a terminal: 2026-11-23 18:40:01. */
const timeText = (date: Date): string =>
  `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ` +
  `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`

const shortened = (body: string): string => {
  const text = printable(body)
  return text.length > bodyCharsMax ? `${text.slice(0, bodyCharsMax)}…` : text
}

export const humanPrinter = (options: { terminal: Terminal; clock: Clock; target: string }): Printer => {
  const { terminal, clock, target } = options
  const { paint } = terminal
  const time = () => paint('dim', timeText(clock.now()))
  const id = (event: Event) => `[${printable(event.id)}]`

  return {
    ready: (secret, again) =>
      terminal.out(
        again
          ? `${time()}  Reconnected.`
          : `${paint('bold', 'Ready!')} Your webhook signing secret is ${secret} (^C to quit)`,
      ),
    lost: (reason) => terminal.err(`Connection lost, reconnecting… (${printable(reason)})`),
    missed: (reason) => terminal.err(`Warning: ${printable(reason)}`),
    event: (_seq, event) => terminal.out(`${time()}  --> ${paint('bold', printable(event.type))} ${id(event)}`),
    forwarded(event, { status, ms, body, error }) {
      const good = status !== undefined && status >= 200 && status < 300
      const outcome = paint(good ? 'green' : 'red', `[${status ?? 'ERROR'}]`)
      const why = error ?? (body === undefined ? '' : shortened(body))
      terminal.out(
        `${time()}  <-- ${outcome} POST ${target} ${id(event)} (${ms} ms)${why === '' ? '' : `: ${printable(why)}`}`,
      )
    },
  }
}

/** One JSON object per line on standard output, for programs; what is not an event goes to standard error. */
export const jsonPrinter = (options: { terminal: Terminal; target: string }): Printer => {
  const { terminal, target } = options
  const line = (value: object) => terminal.out(JSON.stringify(value))
  return {
    ready: (secret, again) =>
      terminal.err(again ? 'Reconnected.' : `Ready! Your webhook signing secret is ${secret} (^C to quit)`),
    lost: (reason) => terminal.err(`Connection lost, reconnecting… (${printable(reason)})`),
    missed: (reason) => terminal.err(`Warning: ${printable(reason)}`),
    event: (seq, event) => line({ kind: 'event', seq, event }),
    forwarded: (event, { status = null, ms, body, error }) =>
      line({
        kind: 'forward',
        event: event.id,
        url: target,
        status,
        ms,
        ...(body === undefined ? {} : { body }),
        ...(error === undefined ? {} : { error }),
      }),
  }
}
