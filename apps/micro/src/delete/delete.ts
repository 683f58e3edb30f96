import type { MicroCommand } from '../shell/command.ts'
import { contextOf, type Context, type Shell } from '../shell/shell.ts'
import { askToGoOn } from '../rest/live.ts'
import { callOf, dataOption, withWriteFlags, type CallFlags } from '../rest/options.ts'
import { readPath } from '../rest/routes.ts'
import { send } from '../rest/send.ts'
import { showAnswer } from '../rest/show.ts'

interface Flags extends CallFlags {
  readonly showHeaders?: boolean
}

const run = async (context: Context, asked: string, flags: Flags): Promise<void> => {
  const path = readPath(asked)
  // Of a script nobody is asked; that it says --live is asked for by itself.
  if (flags.yes !== true && flags.live !== true && context.stdin.isTTY === true)
    await askToGoOn(context, `DELETE ${path}?`)
  const answer = await send(context, { ...callOf(flags), method: 'DELETE', path })
  showAnswer(context, answer, { headers: flags.showHeaders })
}

export const addDelete = (program: MicroCommand, shell: Shell): void => {
  const remove = program
    .command('delete')
    .argument('<path>', 'a path such as /v1/customers/cus_…, or an id')
    .examples('micro delete cus_0Vc3N4ZyoDK7iaUmKbGDZe2R', 'micro delete /v1/products/prod_1 --yes')
    .summary('Delete something by the API')
    .description(
      'Delete what is at a path of the API, or the thing with an id, and print the answer as JSON. On a terminal it asks first.',
    )
    .helpGroup('API commands:')
    .addOption(dataOption())
    .option('-s, --show-headers', 'tell status and headers on standard error')
  withWriteFlags(remove).action((path: string, flags: Flags, command: MicroCommand) =>
    run(contextOf(shell, command), path, flags),
  )
}
