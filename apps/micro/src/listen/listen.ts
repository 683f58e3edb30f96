import { listenerSecret } from '@micro/signing'
import { requireApiKey } from '../session/api.ts'
import type { MicroCommand } from '../shell/command.ts'
import { contextOf, printJson, type Context, type Shell } from '../shell/shell.ts'
import { untilSignal } from '../shell/signals.ts'
import { createForward } from './forward.ts'
import { readEventFilter, readTarget, streamUrl, targetText } from './options.ts'
import { humanPrinter, jsonPrinter } from './printer.ts'
import { createRelay } from './relay.ts'
import { followStream, streamTimings } from './stream.ts'

interface Flags {
  readonly forwardTo: string
  readonly events?: string
  readonly printSecret?: boolean
}

const forwardTimeoutMs = 30_000
/** Forwards at a time; an endpoint under development is rarely happier with more. */
const parallelMax = 32

const run = async (context: Context, flags: Flags): Promise<void> => {
  const { terminal, clock, version, json } = context
  const target = readTarget(flags.forwardTo)
  const wanted = readEventFilter(flags.events)
  const settings = await context.settings()
  const apiKey = requireApiKey(settings)
  const secret = listenerSecret(apiKey)
  if (flags.printSecret === true) {
    if (json) printJson(terminal, { secret })
    else terminal.out(secret)
    return
  }

  const signal = untilSignal()
  const shown = targetText(target)
  const printer = json ? jsonPrinter({ terminal, target: shown }) : humanPrinter({ terminal, clock, target: shown })
  const forward = createForward({
    target,
    secret,
    userAgent: `Micro/${version} (+webhooks)`,
    clock,
    signal,
    timeoutMs: forwardTimeoutMs,
  })
  const relay = createRelay({
    forward,
    parallelMax,
    onForwarded: (event, result) => {
      // Cut short by ourselves: that says nothing about the endpoint.
      if (!signal.aborted) printer.forwarded(event, result)
    },
  })
  await followStream({
    url: streamUrl(settings.gatewayUrl),
    apiKey,
    userAgent: `Micro/${version}`,
    signal,
    timings: streamTimings,
    onReady: (again) => printer.ready(secret, again),
    onLost: printer.lost,
    onMissed: printer.missed,
    onEvent(seq, event, done) {
      if (!wanted(event.type)) return done()
      printer.event(seq, event)
      relay.accept(event, done)
    },
  })
  // The terminal has echoed ^C; the shell's prompt belongs on a line of its own.
  if (context.stderr.isTTY === true) terminal.err('')
}

export const addListen = (program: MicroCommand, shell: Shell): void => {
  program
    .command('listen')
    .examples(
      'micro listen',
      'micro listen --forward-to http://localhost:3000/hooks',
      'micro listen --events "payment_intent.succeeded,charge.*"',
    )
    .summary('Receive events and forward them to your machine')
    .description('Receive your events as they happen and forward each to a local endpoint, signed as a webhook.')
    .helpGroup('Webhook commands:')
    .option('-f, --forward-to <url>', 'where to POST events', 'http://localhost:4242/webhook')
    .option('--events <types>', 'only these event types, separated by commas; charge.* works')
    .option('--print-secret', 'print the webhook signing secret and exit')
    .action((flags: Flags, command: MicroCommand) => run(contextOf(shell, command), flags))
}
