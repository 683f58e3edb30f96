import { setTimeout as delay } from 'node:timers/promises'
import type { Reconciliation, ReconciliationDifference } from '@micro/contracts'
import { Option } from 'commander'
import { pagesOf } from '../ledger/pages.ts'
import { given } from '../ledger/options.ts'
import { checkRange, readFrom, readTo } from '../ledger/times.ts'
import { paymentsClient, requireApiKey, type PaymentsClient } from '../session/api.ts'
import type { MicroCommand } from '../shell/command.ts'
import { Failure } from '../shell/failure.ts'
import { createProgress } from '../shell/progress.ts'
import { contextOf, printJson, type Context, type Shell } from '../shell/shell.ts'
import { differencesIn, printDifferences, progressText } from './show.ts'

// Less and less often: asking counts against the limit of requests.
const pollMsMin = 250
const pollMsMax = 2_000
const shownMax = 1_000

interface Flags {
  readonly from?: number
  readonly to?: number
}

/** Asks for it and waits until it has ended. @throws ApiError, ConnectionError */
const reconcile = async (context: Context, payments: PaymentsClient, { from, to }: Flags): Promise<Reconciliation> => {
  const progress = createProgress(context.stderr)
  let run = await payments.createReconciliation({
    body: given({ since: from, until: to === undefined ? undefined : to + 1 }),
  })
  try {
    for (let pollMs = pollMsMin; run.status === 'running'; pollMs = Math.min(pollMsMax, 2 * pollMs)) {
      progress.tell(`Comparing… ${progressText(run)}`)
      await delay(pollMs)
      run = await payments.retrieveReconciliation({ params: { id: run.id } })
    }
  } finally {
    progress.clear()
  }
  return run
}

const differencesOf = async (payments: PaymentsClient, { id }: Reconciliation): Promise<ReconciliationDifference[]> => {
  const found: ReconciliationDifference[] = []
  for await (const { data } of pagesOf((query) => payments.listReconciliationDifferences({ params: { id }, query }), {
    max: shownMax,
  }))
    found.push(...data)
  return found
}

/** @throws Failure unless the books agree */
const judge = (run: Reconciliation): void => {
  if (run.status === 'failed') throw new Failure('The books could not be compared. What the services log says why.')
  const count = differencesIn(run)
  if (count > 0) throw new Failure(`There ${count === 1 ? 'is 1 difference' : `are ${count} differences`}.`)
}

const tell = ({ terminal }: Context, run: Reconciliation, found: readonly ReconciliationDifference[]): void => {
  printDifferences(terminal, found)
  const all = Object.values(run.differences).reduce((total, count) => total + count, 0)
  if (all > found.length)
    terminal.err(`These are ${found.length} of ${all}; /payments/reconciliations/${run.id}/differences has more.`)
  if (found.length > 0) terminal.out('')
  terminal.out(`Compared ${progressText(run)}.`)
  if (run.balances_compared === false)
    terminal.err('The balances were not compared, since too much moved meanwhile. Try again when less does.')
}

const run = async (context: Context, flags: Flags): Promise<void> => {
  checkRange(flags.from, flags.to)
  const settings = await context.settings()
  const credential = requireApiKey(settings)
  const payments = paymentsClient({ gatewayUrl: settings.gatewayUrl, version: context.version, credential })
  const ended = await reconcile(context, payments, flags)
  const found = ended.status === 'failed' ? [] : await differencesOf(payments, ended)
  if (context.json) printJson(context.terminal, { ...ended, data: found })
  else tell(context, ended, found)
  judge(ended)
  if (!context.json) context.terminal.out(context.terminal.paint('green', 'The books agree.'))
}

export const addReconcile = (program: MicroCommand, shell: Shell): void => {
  program
    .command('reconcile')
    .examples('micro reconcile', 'micro reconcile --from 2026-01-01 --to 2026-01-31 --json')
    .summary('Compare payments, the processor and the ledger')
    .description(
      'Compare what is recorded here, what the processor says it moved, and what the ledger has, and name every difference with its age. Ends with 1 when there is one that is not merely late.',
    )
    .helpGroup('Ledger commands:')
    .addOption(new Option('--from <time>', 'only what began then or later').argParser(readFrom))
    .addOption(new Option('--to <time>', 'only what began by then').argParser(readTo))
    .action((flags: Flags, command: MicroCommand) => run(contextOf(shell, command), flags))
}
