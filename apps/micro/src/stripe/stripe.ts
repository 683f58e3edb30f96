import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { dirname, join } from 'node:path'
import type { MicroCommand } from '../shell/command.ts'
import { Failure } from '../shell/failure.ts'
import { contextOf, type Context, type Shell } from '../shell/shell.ts'
import { endSignals } from '../shell/signals.ts'
import { openBridge } from './bridge.ts'
import { stripeEnvironment } from './environment.ts'
import { checkPlatform, keyToHandOver, type LiveFlags } from './key.ts'

const program = 'stripe'
/** Answered by the version of Stripe's own, which needs nobody. */
const missing = "Stripe's command line is not installed. Install it with: npm install -g @stripe/cli"

/**
 * Runs it on the same terminal, in the same group of processes: it may ask questions there. Resolves with its exit code.
 * `onTerminal`: Ctrl-C reaches it from the terminal by itself, and must not do so twice.
 */
const runStripe = (
  args: readonly string[],
  { env, onTerminal }: { env: Record<string, string>; onTerminal: boolean },
): Promise<number> =>
  new Promise((resolve, reject) => {
    const child = spawn(program, [...args], { stdio: 'inherit', env })
    const pass = (signal: NodeJS.Signals): void => {
      if (signal !== 'SIGINT' || !onTerminal) child.kill(signal)
    }
    const forwards = endSignals.map((signal) => [signal, () => pass(signal)] as const)
    for (const [signal, forward] of forwards) process.on(signal, forward)
    child.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'ENOENT' ? new Failure(missing, { cause: error }) : error),
    )
    child.once('close', (code, signal) => {
      for (const [name, forward] of forwards) process.off(name, forward)
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]))
    })
  })

const run = async (context: Context, args: readonly string[], flags: LiveFlags): Promise<void> => {
  checkPlatform(process.platform)
  const settings = await context.settings()
  const apiKey = await keyToHandOver(context, settings, args, flags)
  const bridge = await openBridge(settings.gatewayUrl)
  try {
    const env = stripeEnvironment(context.environment.inherited, {
      socket: bridge.path,
      settingsFolder: join(dirname(settings.path), '.micro-stripe'),
      apiKey,
      gatewayHost: new URL(settings.gatewayUrl).hostname,
    })
    process.exitCode = await runStripe(args, { env, onTerminal: context.stdin.isTTY })
  } finally {
    await bridge.close()
  }
}

export const addStripe = (program: MicroCommand, shell: Shell): void => {
  program
    .command('stripe')
    .argument('[args...]', "what Stripe's command line is to do")
    .examples(
      'micro stripe get /v1/balance',
      'micro stripe -- listen --all-snapshot --forward-to localhost:4242/webhook',
      'micro stripe -- payment_intents create --amount 2000 --currency usd',
    )
    .summary("Run Stripe's own command line against Micro")
    .description(
      "Run the Stripe CLI that is installed (npm install -g @stripe/cli) against Micro: with this device's API key, with settings of its own, and without its telemetry. What begins with a dash goes after '--'.",
    )
    .helpGroup('Webhook commands:')
    .option('--live', 'hand over the live key')
    .option('-y, --yes', 'do not ask before it')
    .action((args: string[], flags: LiveFlags, command: MicroCommand) => run(contextOf(shell, command), args, flags))
}
