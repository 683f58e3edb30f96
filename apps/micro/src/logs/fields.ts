import type { RequestLog } from '@micro/contracts'
import { text, time } from '../resource/fields.ts'
import type { Field, Thing } from '../resource/resource.ts'
import { printable } from '../shell/terminal.ts'

const errorOf = (thing: Thing): string => {
  const { error } = thing as unknown as RequestLog
  return printable(error?.decline_code ?? error?.code ?? error?.type ?? '')
}

export const requestFields: readonly Field[] = [
  text('status', { heading: 'STATUS', right: true }),
  text('method', { heading: 'METHOD' }),
  // A path without its ids says little.
  text('path', { heading: 'PATH', cut: 36 }),
  { heading: 'ERROR', cut: true, spare: 2, of: errorOf },
  text('id', { heading: 'REQUEST', spare: 1 }),
  time('created', { heading: 'MADE', spare: 3 }),
  text('duration_ms', { heading: 'MS', right: true, spare: 4 }),
]
