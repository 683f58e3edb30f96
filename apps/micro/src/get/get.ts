import type { MicroCommand } from '../shell/command.ts'
import { contextOf, type Context, type Shell } from '../shell/shell.ts'
import { callOf, dataOption, expandOption, type CallFlags } from '../rest/options.ts'
import type { Pair } from '../rest/pairs.ts'
import { readPath } from '../rest/routes.ts'
import { send } from '../rest/send.ts'
import { showAnswer } from '../rest/show.ts'

interface Flags extends CallFlags {
  readonly limit?: string
  readonly startingAfter?: string
  readonly endingBefore?: string
  readonly showHeaders?: boolean
}

const run = async (context: Context, path: string, flags: Flags): Promise<void> => {
  const call = callOf(flags)
  const paging = { limit: flags.limit, starting_after: flags.startingAfter, ending_before: flags.endingBefore }
  const pages = Object.entries(paging).filter((pair): pair is [string, string] => pair[1] !== undefined)
  const pairs: Pair[] = [...call.pairs, ...pages]
  const answer = await send(context, { ...call, method: 'GET', path: readPath(path), pairs })
  showAnswer(context, answer, { headers: flags.showHeaders })
}

export const addGet = (program: MicroCommand, shell: Shell): void => {
  program
    .command('get')
    .argument('<path>', 'a path such as /v1/customers, or an id')
    .examples(
      'micro get /v1/payment_intents --limit 3 -e data.latest_charge',
      'micro get pi_0Vc3N4ZyoDK7iaUmKbGDZe2R',
      'micro get /ledger/accounts -d type=asset',
    )
    .summary('Ask the API for something')
    .description('Ask the API for what is at a path, or for the thing with an id, and print the answer as JSON.')
    .helpGroup('API commands:')
    .addOption(dataOption())
    .addOption(expandOption())
    .option('-l, --limit <n>', 'how many of a list')
    .option('-a, --starting-after <id>', 'the page behind this one')
    .option('-b, --ending-before <id>', 'the page before this one')
    .option('--stripe-version <version>', 'the version of the API to ask for')
    .option('-s, --show-headers', 'tell status and headers on standard error')
    .option('--live', 'work in live mode, with the live key')
    .action((path: string, flags: Flags, command: MicroCommand) => run(contextOf(shell, command), path, flags))
}
