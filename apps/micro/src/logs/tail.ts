import { requestLogFilters } from '@micro/contracts'
import { isLive, keyFor } from '../rest/live.ts'
import { gatewayClient } from '../session/api.ts'
import { reconnectBackoff } from '../shell/backoff.ts'
import type { MicroCommand } from '../shell/command.ts'
import { contextOf, type Context, type Shell } from '../shell/shell.ts'
import { untilSignal } from '../shell/signals.ts'
import { printable } from '../shell/terminal.ts'
import { filterOf, tailParameters } from './filters.ts'
import { readMissed } from './missed.ts'
import { requestPrinter } from './printer.ts'
import { openLogSession } from './session.ts'
import { followLog } from './stream.ts'

type Flags = Readonly<Record<string, unknown>> & { readonly live?: boolean }

/** Gateways write what they remember every half second. */
const settleMs = 1_000

const run = async (context: Context, flags: Flags): Promise<void> => {
  const { terminal, version, json, clock } = context
  const settings = await context.settings()
  const { gatewayUrl } = settings
  const credential = await keyFor(context, settings, {
    isWrite: false,
    what: 'logs tail',
    live: flags.live === true,
    sure: true,
  })
  const access = { gatewayUrl, version, credential }
  const filter = filterOf(flags)
  const signal = untilSignal()
  const tell = json ? terminal.err : terminal.out
  await followLog({
    userAgent: `Micro/${version}`,
    signal,
    backoff: reconnectBackoff,
    settleMs,
    open: () => openLogSession(access, requestLogFilters(filter), clock),
    readMissed: (gap) => readMissed(gatewayClient(access).listRequestLogs, filter, gap),
    onReady(again) {
      if (again) terminal.err('Reconnected; what was answered meanwhile follows.')
      else
        tell(
          `${terminal.paint('bold', 'Ready!')} Requests in ${isLive(credential) ? 'live' : 'test'} mode follow. (^C to quit)`,
        )
    },
    onLost: (reason) => terminal.err(`Connection lost, reconnecting… (${printable(reason)})`),
    onMissed: (reason) => terminal.err(`Warning: ${printable(reason)}`),
    onRequest: requestPrinter(context),
  })
  // The terminal has echoed ^C; what follows belongs on a line of its own.
  if (context.stderr.isTTY === true) terminal.err('')
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
      'Show requests as they are answered, by whichever gateway, until Ctrl-C; with --json one to a line. After a lost connection those come first that were answered meanwhile, and it says when some are no longer remembered. The key must be an unrestricted one.',
    )
  for (const { option } of tailParameters) command.addOption(option)
  command
    .option('--live', 'work in live mode, with the live key')
    .action((flags: Flags, own: MicroCommand) => run(contextOf(shell, own), flags))
}
