import { fromUnixSeconds } from '@micro/kernel'
import type { AuthClient } from '../session/api.ts'
import { openSession } from '../session/session.ts'
import type { MicroCommand } from '../shell/command.ts'
import { contextOf, printJson, type Context, type Shell } from '../shell/shell.ts'
import { printable, table } from '../shell/terminal.ts'

type Key = Awaited<ReturnType<AuthClient['listApiKeys']>>['data'][number]

/** All of them, page by page. */
const listAll = async (session: AuthClient): Promise<Key[]> => {
  const keys: Key[] = []
  for (let more = true; more;) {
    const last = keys.at(-1)
    const page = await session.listApiKeys({
      query: { limit: 100, ...(last === undefined ? {} : { starting_after: last.id }) },
    })
    keys.push(...page.data)
    more = page.has_more && page.data.length > 0
  }
  return keys
}

const day = (seconds: number | null): string =>
  seconds === null ? '' : fromUnixSeconds(seconds).toISOString().slice(0, 10)

const rowOf = (key: Key): string[] => [
  key.id,
  key.environment,
  `…${key.truncated_key}`,
  printable(key.name ?? ''),
  day(key.created),
  day(key.last_used),
  day(key.revoked),
]

const run = async (context: Context): Promise<void> => {
  const { terminal, version } = context
  const keys = await listAll(await openSession({ settings: await context.settings(), version }))
  if (context.json) printJson(terminal, keys)
  else if (keys.length === 0) terminal.err('There are no API keys yet. Make one with: micro keys create')
  else
    for (const line of table([['ID', 'MODE', 'KEY', 'NAME', 'CREATED', 'LAST USED', 'REVOKED'], ...keys.map(rowOf)]))
      terminal.out(line)
}

export const addKeysList = (keys: MicroCommand, shell: Shell): void => {
  keys
    .command('list')
    .examples('micro keys list', 'micro keys list --json')
    .summary('List API keys, newest first')
    .description('List API keys, newest first. The keys themselves are never shown again, only how they end.')
    .action((_flags: object, command: MicroCommand) => run(contextOf(shell, command)))
}
