import { unixSeconds } from '@micro/kernel'
import type { AuthClient } from '../session/api.ts'
import { openSession } from '../session/session.ts'
import { createColumns } from '../shell/columns.ts'
import type { MicroCommand } from '../shell/command.ts'
import { contextOf, printJson, type Context, type Shell } from '../shell/shell.ts'
import { keyColumns, rowOf, type Key } from './rows.ts'

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

const run = async (context: Context): Promise<void> => {
  const { terminal, version, clock } = context
  const now = unixSeconds(clock.now())
  const keys = await listAll(await openSession({ settings: await context.settings(), version }))
  if (context.json) printJson(terminal, keys)
  else if (keys.length === 0) terminal.err('There are no API keys yet. Make one with: micro keys create')
  else createColumns(terminal, keyColumns).print(keys.map((key) => rowOf(key, now)))
}

export const addKeysList = (keys: MicroCommand, shell: Shell): void => {
  keys
    .command('list')
    .examples('micro keys list', 'micro keys list --json')
    .summary('List API keys, newest first')
    .description(
      'List API keys, newest first. Publishable keys are shown whole where there is room, and by --json; of all others only how they end.',
    )
    .action((_flags: object, command: MicroCommand) => run(contextOf(shell, command)))
}
