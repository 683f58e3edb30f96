import type { RequestLog } from '@micro/contracts'
import { fromUnixSeconds } from '@micro/kernel'
import type { Context } from '../shell/shell.ts'
import { printable } from '../shell/terminal.ts'
import { stampFor } from '../shell/time-of-day.ts'

const wide = (text: string): number => [...text].length

const errorText = ({ error }: RequestLog): string => {
  if (error === null) return ''
  const code = error.decline_code ?? error.code ?? error.type
  return printable([code, error.message].filter((each) => each !== null).join(': '))
}

/** Shows each request on a line of its own, and what an error said on the next; or as JSON, one to a line. */
export const requestPrinter = ({ terminal, json }: Pick<Context, 'terminal' | 'json'>): ((one: RequestLog) => void) => {
  if (json) return (one) => terminal.out(JSON.stringify(one))
  const { width = Number.POSITIVE_INFINITY, paint } = terminal
  const stamp = stampFor(terminal)
  return (one) => {
    const time = stamp(fromUnixSeconds(one.created))
    const [status, what, id] = [`[${one.status}]`, printable(`${one.method} ${one.path}`), `[${printable(one.id)}]`]
    // What a line has no room for would only break it.
    const shown = wide(`${time}  ${status} ${what} ${id}`) <= width ? ` ${paint('dim', id)}` : ''
    terminal.out(`${paint('dim', time)}  ${paint(one.status < 400 ? 'green' : 'red', status)} ${what}${shown}`)
    const error = errorText(one)
    if (error !== '') terminal.out(`${' '.repeat(wide(time) + 2)}${error}`)
  }
}
