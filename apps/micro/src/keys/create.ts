import { keySecondsMax, scopes as knownScopes, type Scope } from '@micro/contracts'
import { Option } from 'commander'
import { openSession } from '../session/session.ts'
import type { MicroCommand } from '../shell/command.ts'
import { readDuration } from '../shell/duration.ts'
import { contextOf, printJson, type Context, type Shell } from '../shell/shell.ts'
import { readScopes } from './options.ts'
import { minute } from './times.ts'

interface Flags {
  readonly environment: 'test' | 'live'
  readonly name?: string
  readonly scopes?: Scope[]
  /** Seconds. */
  readonly expiresIn?: number
  readonly publishable?: true
}

const run = async (context: Context, { environment, name, scopes, expiresIn, publishable }: Flags): Promise<void> => {
  const { terminal, version } = context
  const session = await openSession({ settings: await context.settings(), version })
  const created = await session.createApiKey({
    body: {
      environment,
      ...(name === undefined ? {} : { name }),
      ...(scopes === undefined ? {} : { scopes }),
      ...(publishable === undefined ? {} : { publishable }),
      ...(expiresIn === undefined ? {} : { expires_in: expiresIn }),
    },
  })
  if (context.json) {
    printJson(terminal, created)
    return
  }
  const kind = created.type === 'secret' ? '' : `${created.type} `
  const keep =
    created.type === 'publishable'
      ? 'It is no secret: web pages carry it.'
      : 'It is shown this once; keep it somewhere safe.'
  terminal.err(`Created the ${kind}${environment} key ${created.id}. ${keep}`)
  if (scopes !== undefined) terminal.err(`It may do: ${created.scopes.join(', ')}.`)
  if (created.expires !== null) terminal.err(`It works until ${minute(created.expires)}.`)
  terminal.out(created.key)
}

export const addKeysCreate = (keys: MicroCommand, shell: Shell): void => {
  keys
    .command('create')
    .examples(
      'micro keys create',
      'micro keys create --environment live --name "shop server"',
      'micro keys create --scopes ledger:read,events:read --expires-in 30d',
      'micro keys create --publishable',
      'KEY=$(micro keys create)',
    )
    .summary('Create an API key and show it once')
    .description(
      'Create an API key and show it once: the key alone on standard output, everything else on standard error.',
    )
    .addOption(new Option('--environment <mode>', 'where it works').choices(['test', 'live']).default('test'))
    .option('--name <name>', 'a name to recognise the key by')
    .option('--scopes <scopes>', `all it may do, separated by commas: ${knownScopes.join(', ')}`, readScopes)
    .option('--publishable', 'the key for your web pages, where the one there was is revoked')
    .option('--expires-in <duration>', 'how long it works, such as 12h or 30d', readDuration(keySecondsMax))
    .action((flags: Flags, command: MicroCommand) => run(contextOf(shell, command), flags))
}
