import { setTimeout as delay } from 'node:timers/promises'
import { listenerSecret } from '@micro/signing'
import { InvalidArgumentError, Option } from 'commander'
import { requireApiKey } from '../session/api.ts'
import { backoffMs, type Backoff } from '../shell/backoff.ts'
import { collect } from '../shell/collect.ts'
import type { MicroCommand } from '../shell/command.ts'
import { textOf } from '../shell/input.ts'
import { contextOf, printJson, type Context, type Shell } from '../shell/shell.ts'
import { untilSignal } from '../shell/signals.ts'
import { createForward } from './forward.ts'
import { listenTo } from './listening.ts'
import { readEventFilter, streamUrl, targetText } from './options.ts'
import { humanPrinter, jsonPrinter } from './printer.ts'
import { createRelay, type RelayTarget } from './relay.ts'
import { collectRoutes, readRouteLines, routesOf, type Route, type RouteText } from './routes.ts'
import { findStart, readSince, type StartFlags } from './start.ts'
import { streamTimings } from './stream.ts'
import { createTally } from './tally.ts'

interface Flags extends StartFlags {
  readonly forwardTo?: readonly string[]
  readonly route?: readonly RouteText[]
  readonly routes?: string
  readonly events?: string
  readonly retries: number
  readonly printSecret?: boolean
}

const defaultTarget = 'http://localhost:4242/webhook'
const forwardTimeoutMs = 30_000
/** Forwards at a time at each target; an endpoint under development is rarely happier with more. */
const parallelMax = 32
/** Some ten minutes: whatever waits that long holds up the acknowledgement of all that follows. */
const retriesMax = 20
const forwardBackoff: Backoff = { msMin: 1_000, msMax: 30_000 }
const routesBytesMax = 64 * 1024

const readRetries = (text: string): number => {
  if (!/^\d{1,2}$/.test(text) || Number(text) > retriesMax)
    throw new InvalidArgumentError(`It must be a number from 0 to ${retriesMax}.`)
  return Number(text)
}

const routesFor = async (context: Context, { forwardTo, route = [], routes: file }: Flags): Promise<Route[]> => {
  const ofFile = file === undefined ? [] : readRouteLines(await textOf(file, context, routesBytesMax), file)
  const named = [...route, ...ofFile]
  return routesOf(forwardTo ?? (named.length === 0 ? [defaultTarget] : []), named)
}

const run = async (context: Context, flags: Flags): Promise<void> => {
  const { terminal, clock, version, json } = context
  const routes = await routesFor(context, flags)
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
  const printer = json ? jsonPrinter({ terminal }) : humanPrinter({ terminal, clock })
  const tally = createTally()
  const userAgent = `Micro/${version} (+webhooks)`
  const targets = routes.map(({ target, wants }): RelayTarget => ({
    name: targetText(target),
    wants,
    forward: createForward({ target, secret, userAgent, clock, signal, timeoutMs: forwardTimeoutMs }),
  }))
  const relay = createRelay({
    targets,
    parallelMax,
    retries: flags.retries,
    backoffMs: (attempt) => backoffMs(forwardBackoff, attempt),
    pause: (ms) => delay(ms, undefined, { signal }).catch(() => {}),
    isStopped: () => signal.aborted,
    onAttempt(attempt) {
      // Cut short by ourselves: that says nothing about the endpoint.
      if (signal.aborted) return
      tally.attempt(attempt)
      printer.forwarded(attempt)
    },
  })
  const connecting = {
    url: streamUrl(settings.gatewayUrl),
    apiKey,
    userAgent: `Micro/${version}`,
    timings: streamTimings,
    clock,
    signal,
  }
  const start = await findStart(context, flags, connecting)
  try {
    await listenTo({ connecting, start, resumeFile: flags.resumeFile, secret, wanted, relay, printer, tally })
  } finally {
    // The terminal has echoed ^C; what follows belongs on a line of its own.
    if (signal.aborted && context.stderr.isTTY === true) terminal.err('')
    if (tally.isBegun()) printer.ended(tally.total())
  }
}

export const addListen = (program: MicroCommand, shell: Shell): void => {
  program
    .command('listen')
    .examples(
      'micro listen',
      'micro listen --forward-to http://localhost:3000/hooks --retries 5',
      'micro listen --events "payment_intent.succeeded,charge.*" --since 2h',
      'micro listen --route "payment_intent.*=localhost:3000/pay" --route "payout.*=localhost:3001"',
      'micro listen --resume-file .micro-listen',
    )
    .summary('Receive events and forward them to your machine')
    .description(
      'Receive your events as they happen and forward each to local endpoints, signed as a webhook: those of one object in order, over any number of lost connections. With --resume-file also over restarts of this command.',
    )
    .helpGroup('Webhook commands:')
    .addOption(
      new Option(
        '-f, --forward-to <url>',
        `where to POST every event; as often as you like (default "${defaultTarget}", without routes)`,
      ).argParser(collect),
    )
    .addOption(
      new Option('--route <types=url>', 'where to POST events of some types; as often as you like').argParser(
        collectRoutes,
      ),
    )
    .option('--routes <file>', 'a file with such a route in each line')
    .option('--events <types>', 'only these event types, separated by commas; charge.* works')
    .addOption(
      new Option('--retries <n>', 'how often to try again what an endpoint did not take')
        .argParser(readRetries)
        .default(0),
    )
    .addOption(new Option('--since <time>', 'begin with the events of then: 2h ago, or a time').argParser(readSince))
    .option('--replay-from <event>', 'begin with this event, an id or its number in the order')
    .option('--resume-file <path>', 'go on where this file says, and keep it up to date')
    .option('--print-secret', 'print the webhook signing secret and exit')
    .action((flags: Flags, command: MicroCommand) => run(contextOf(shell, command), flags))
}
