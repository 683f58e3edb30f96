import { Option } from 'commander'
import { openSession } from '../session/session.ts'
import type { MicroCommand } from '../shell/command.ts'
import { contextOf, printJson, type Context, type Shell } from '../shell/shell.ts'

interface Flags {
  readonly environment: 'test' | 'live'
  readonly name?: string
}

const run = async (context: Context, { environment, name }: Flags): Promise<void> => {
  const { terminal, version } = context
  const session = await openSession({ settings: await context.settings(), version })
  const created = await session.createApiKey({ body: { environment, ...(name === undefined ? {} : { name }) } })
  if (context.json) {
    printJson(terminal, created)
    return
  }
  terminal.err(`Created the ${environment} key ${created.id}. It is shown this once; keep it somewhere safe.`)
  terminal.out(created.key)
}

export const addKeysCreate = (keys: MicroCommand, shell: Shell): void => {
  keys
    .command('create')
    .examples(
      'micro keys create',
      'micro keys create --environment live --name "shop server"',
      'KEY=$(micro keys create)',
    )
    .summary('Create an API key and show it once')
    .description(
      'Create an API key and show it once: the key alone on standard output, everything else on standard error.',
    )
    .addOption(new Option('--environment <mode>', 'test or live').choices(['test', 'live']).default('test'))
    .option('--name <name>', 'a name to recognise the key by')
    .action((flags: Flags, command: MicroCommand) => run(contextOf(shell, command), flags))
}
