import { eventObjects, namesType, webhookDeliveriesApi } from '@micro/contracts'
import { unixSeconds } from '@micro/kernel'
import { InvalidArgumentError, Option } from 'commander'
import { counted, countOf } from '../ledger/money.ts'
import { checkRange, readFrom, readTo } from '../ledger/times.ts'
import type { MicroCommand } from '../shell/command.ts'
import { readDuration } from '../shell/duration.ts'
import { usageFailure } from '../shell/failure.ts'
import { createProgress } from '../shell/progress.ts'
import { contextOf, printJson, type Context, type Shell } from '../shell/shell.ts'
import { askToGoOn } from '../rest/live.ts'
import { withWriteFlags, callOf, type CallFlags } from '../rest/options.ts'
import type { Pair } from '../rest/pairs.ts'
import { call } from '../rest/send.ts'

interface Flags extends CallFlags {
  readonly to: string
  readonly since?: ReturnType<typeof readSince>
  readonly until?: number
  readonly type?: readonly string[]
  readonly failed?: boolean
  readonly missing?: boolean
  readonly all?: boolean
  readonly dryRun?: boolean
}

/** What a call answers: how many it sent, and where the next one goes on. */
interface Resent {
  readonly count: number
  readonly has_more: boolean
  readonly last_seq: number | null
}

interface Total {
  readonly webhook_endpoint: string
  readonly dry_run: boolean
  readonly count: number
}

const yearSeconds = 366 * 86_400

/** As `readDuration`, or a point in time. */
const readSince = (text: string): number | { readonly at: number } =>
  /^(\d+[smhdw])+$/.test(text) ? readDuration(yearSeconds)(text) : { at: readFrom(text) }

const whichOf = ({ failed, missing, all }: Flags): string => {
  const asked = Object.entries({ failed, missing, all }).filter(([, given]) => given === true)
  if (asked.length > 1) throw usageFailure('Of --failed, --missing and --all give one.')
  return asked[0]?.[0] ?? 'failed'
}

const collectTypes = (text: string, before: readonly string[] = []): string[] => {
  const types = text.split(',').map((each) => each.trim())
  const known = Object.keys(eventObjects)
  for (const type of types) {
    if (type === '*' || !known.some((each) => namesType(type, each)))
      throw new InvalidArgumentError(`There is no event type '${type}'.`)
  }
  return [...before, ...types]
}

const pairsOf = (context: Context, flags: Flags): Pair[] => {
  const { since, until, type = [] } = flags
  const from =
    since === undefined ? undefined : typeof since === 'number' ? unixSeconds(context.clock.now()) - since : since.at
  checkRange(from, until)
  return [
    ['webhook_endpoint', flags.to],
    ['which', whichOf(flags)],
    ...(from === undefined ? [] : [['created[gte]', String(from)] as Pair]),
    ...(until === undefined ? [] : [['created[lte]', String(until)] as Pair]),
    ...type.map((each, at): Pair => [`types[${at}]`, each]),
  ]
}

/** Asks as often as it takes: a call sends a bounded number. */
const resend = async (context: Context, flags: Flags, { dryRun }: { dryRun: boolean }): Promise<Total> => {
  const { method, path, body } = webhookDeliveriesApi.resendWebhookDeliveries
  const progress = createProgress(context.stderr)
  const base = pairsOf(context, flags)
  let count = 0
  try {
    for (let after = 0; ;) {
      const pairs: Pair[] = [
        ...base,
        ...(after === 0 ? [] : [['seq[gte]', String(after + 1)] as Pair]),
        ...(dryRun ? [['dry_run', 'true'] as Pair] : []),
      ]
      const given = callOf({ ...flags, yes: true })
      const answer = (await call(context, {
        ...given,
        method,
        path,
        pairs,
        bodySchema: body,
      })) as unknown as Resent
      count += answer.count
      progress.tell(`${dryRun ? 'Counting' : 'Sending again'}… ${countOf(count)}`)
      if (!answer.has_more || answer.last_seq === null || answer.last_seq <= after) break
      after = answer.last_seq
    }
  } finally {
    progress.clear()
  }
  return { webhook_endpoint: flags.to, dry_run: dryRun, count }
}

const run = async (context: Context, flags: Flags): Promise<void> => {
  const { terminal, json, stdin } = context
  const asks = flags.dryRun !== true && flags.yes !== true && (stdin.isTTY === true || flags.live === true)
  if (asks) {
    const { count } = await resend(context, flags, { dryRun: true })
    if (count > 0) await askToGoOn(context, `Send ${counted(count, 'event')} to ${flags.to} again?`)
  }
  const total = await resend(context, flags, { dryRun: flags.dryRun === true })
  if (json) printJson(terminal, total)
  else if (total.count === 0) terminal.out(`There is nothing to send to ${flags.to} again.`)
  else if (total.dry_run) terminal.out(`${counted(total.count, 'event')} would be sent to ${flags.to} again.`)
  else
    terminal.out(
      `${counted(total.count, 'event')} ${total.count === 1 ? 'is' : 'are'} being sent to ${flags.to} again.`,
    )
}

export const addReplay = (events: MicroCommand, shell: Shell): void => {
  const replay = events
    .command('replay')
    .examples(
      'micro events replay --to we_0Vc3N4ZyoDK7iaUmKbGDZe2R --since 2h --failed',
      'micro events replay --to we_0Vc3N4ZyoDK7iaUmKbGDZe2R --since 2026-01-31 --type "charge.*" --all --dry-run',
    )
    .summary('Send an endpoint many events again')
    .description(
      'Send a webhook endpoint events of a time again: those that failed, unless --missing or --all asks for more. On a terminal it tells how many there are, and asks first.',
    )
    .requiredOption('--to <endpoint>', 'id of the webhook endpoint')
    .addOption(new Option('--since <time>', 'from then on: 2h ago, or a time').argParser(readSince))
    .addOption(new Option('--until <time>', 'up to this time').argParser(readTo))
    .addOption(
      new Option('--type <types>', 'only these event types, separated by commas; charge.* works').argParser(
        collectTypes,
      ),
    )
    .option('--failed', 'what was given up (default)')
    .option('--missing', 'what failed, and what it was never sent')
    .option('--all', 'everything, also what got through')
    .option('--dry-run', 'only count')
  withWriteFlags(replay).action((flags: Flags, command: MicroCommand) => run(contextOf(shell, command), flags))
}
