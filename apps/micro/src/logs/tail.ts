import { hostname } from 'node:os'
import { setTimeout as pause } from 'node:timers/promises'
import { sendRaw } from '@micro/client'
import { requestLogFilters } from '@micro/contracts'
import { monotonicMs } from '@micro/kernel'
import { isLive, keyFor } from '../rest/live.ts'
import { judge } from '../rest/send.ts'
import { transportOptions, type Access } from '../session/api.ts'
import { backoffMs, isPassing, reconnectBackoff } from '../shell/backoff.ts'
import type { MicroCommand } from '../shell/command.ts'
import { contextOf, type Context, type Shell } from '../shell/shell.ts'
import { untilSignal } from '../shell/signals.ts'
import { printable } from '../shell/terminal.ts'
import { followLog, type LogSession } from './connection.ts'
import { filterOf, tailParameters } from './filters.ts'
import { requestPrinter } from './printer.ts'

type Flags = Readonly<Record<string, unknown>> & { readonly live?: boolean }

/** @throws ApiError when the key may not look; ConnectionError */
const openSession = async (access: Access, filters: object): Promise<LogSession> => {
  const answer = await sendRaw(transportOptions(access), {
    method: 'POST',
    path: '/v1/stripecli/sessions',
    headers: { accept: 'application/json', 'content-type': 'application/json' },
    body: JSON.stringify({
      device_name: hostname().slice(0, 255),
      websocket_features: ['request_logs'],
      filters: JSON.stringify(filters),
    }),
  })
  judge(answer)
  return JSON.parse(answer.text) as LogSession
}

const run = async (context: Context, flags: Flags): Promise<void> => {
  const { terminal, version, json } = context
  const settings = await context.settings()
  const { gatewayUrl } = settings
  const credential = await keyFor(context, settings, {
    isWrite: false,
    what: 'logs tail',
    live: flags.live === true,
    sure: true,
  })
  const filters = requestLogFilters(filterOf(flags))
  const signal = untilSignal()
  const print = requestPrinter(context)
  const tell = json ? terminal.err : terminal.out
  let [wasReady, lost, tries] = [false, false, 0]

  const onReady = (): void => {
    if (!wasReady)
      tell(
        `${terminal.paint('bold', 'Ready!')} Requests in ${isLive(credential) ? 'live' : 'test'} mode follow. (^C to quit)`,
      )
    else terminal.err('Reconnected. What was answered meanwhile is in: micro logs list')
    wasReady = true
    lost = false
  }

  while (!signal.aborted) {
    const beganMs = monotonicMs()
    const reason = await openSession({ gatewayUrl, version, credential }, filters)
      .then((session) => followLog({ session, userAgent: `Micro/${version}`, signal, onReady, onRequest: print }))
      .catch((error: unknown) => {
        if (wasReady && isPassing(error)) return error.message
        throw error
      })
    if (reason === undefined || signal.aborted) {
      // The terminal has echoed ^C; what follows belongs on a line of its own.
      if (context.stderr.isTTY === true) terminal.err('')
      return
    }
    if (!lost) terminal.err(`Connection lost, reconnecting… (${printable(reason)})`)
    lost = true
    // Only a connection that held for a while shows that coming back at once is welcome.
    if (monotonicMs() - beganMs > reconnectBackoff.msMax) tries = 0
    await pause(backoffMs(reconnectBackoff, tries++), undefined, { signal }).catch(() => {})
  }
}

export const addTail = (group: MicroCommand, shell: Shell): void => {
  const command = group
    .command('tail')
    .examples(
      'micro logs tail',
      'micro logs tail --status failed --path "/v1/payment_intents*"',
      'micro logs tail --json | jq .path',
    )
    .summary('Show requests as they are answered')
    .description(
      'Show requests as they are answered, by whichever gateway, until Ctrl-C; with --json one to a line. The key must be an unrestricted one.',
    )
  for (const { option } of tailParameters) command.addOption(option)
  command
    .option('--live', 'work in live mode, with the live key')
    .action((flags: Flags, own: MicroCommand) => run(contextOf(shell, own), flags))
}
