import type { MicroCommand } from '../shell/command.ts'
import { usageFailure } from '../shell/failure.ts'
import { textOf } from '../shell/input.ts'
import { contextOf, printJson, type Context, type Shell } from '../shell/shell.ts'
import { callOf, dataOption, expandOption, withWriteFlags, type CallFlags } from '../rest/options.ts'
import { readPath } from '../rest/routes.ts'
import { dryRun, send, type Call } from '../rest/send.ts'
import { showAnswer } from '../rest/show.ts'

interface Flags extends CallFlags {
  readonly body?: string
  readonly showHeaders?: boolean
  readonly dryRun?: boolean
}

const bodyBytesMax = 16 * 1024 * 1024

const run = async (context: Context, path: string, flags: Flags): Promise<void> => {
  const asked = callOf(flags)
  if (flags.body !== undefined && asked.pairs.length > 0) throw usageFailure('Give either --body or --data, not both.')
  const json = flags.body === undefined ? undefined : await textOf(flags.body, context, bodyBytesMax)
  const call: Call = { ...asked, method: 'POST', path: readPath(path), json }
  if (flags.dryRun === true) return printJson(context.terminal, dryRun(call))
  showAnswer(context, await send(context, call), { headers: flags.showHeaders })
}

export const addPost = (program: MicroCommand, shell: Shell): void => {
  const post = program
    .command('post')
    .argument('<path>', 'a path such as /v1/customers, or an id')
    .examples(
      'micro post /v1/payment_intents -d amount=2000 -d currency=usd -d metadata[order]=7',
      'micro post cus_0Vc3N4ZyoDK7iaUmKbGDZe2R -d name="Jenny Rosen"',
      'micro post /ledger/transactions --body transaction.json',
    )
    .summary('Make or change something by the API')
    .description('Send parameters to a path of the API, or to the thing with an id, and print the answer as JSON.')
    .helpGroup('API commands:')
    .addOption(dataOption())
    .option('--body <file>', 'a body that is JSON; - for standard input')
    .addOption(expandOption())
    .option('--stripe-version <version>', 'the version of the API to ask for')
    .option('-s, --show-headers', 'tell status and headers on standard error')
    .option('--dry-run', 'print the request in place of sending it')
  withWriteFlags(post).action((path: string, flags: Flags, command: MicroCommand) =>
    run(contextOf(shell, command), path, flags),
  )
}
