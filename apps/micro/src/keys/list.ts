import { everyScope } from '@micro/contracts'
import { unixSeconds } from '@micro/kernel'
import type { AuthClient } from '../session/api.ts'
import { openSession } from '../session/session.ts'
import type { MicroCommand } from '../shell/command.ts'
import { contextOf, printJson, type Context, type Shell } from '../shell/shell.ts'
import { printable, table } from '../shell/terminal.ts'
import { day, minute } from './times.ts'

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

const stateOf = (key: Key, now: number): string => {
  if (key.revoked !== null) return `revoked ${day(key.revoked)}`
  if (key.expires !== null && key.expires <= now) return 'expired'
  return key.rolled_to === null ? '' : `rolled to ${key.rolled_to}`
}

const headings = ['ID', 'TYPE', 'MODE', 'KEY', 'NAME', 'SCOPES', 'CREATED', 'LAST USED', 'EXPIRES', 'STATE']

const rowOf = (key: Key, now: number): string[] => [
  key.id,
  key.type,
  key.environment,
  `…${key.truncated_key}`,
  printable(key.name ?? ''),
  key.scopes.includes(everyScope) ? 'all' : key.scopes.join(','),
  day(key.created),
  day(key.last_used),
  minute(key.expires),
  stateOf(key, now),
]

const run = async (context: Context): Promise<void> => {
  const { terminal, version, clock } = context
  const now = unixSeconds(clock.now())
  const keys = await listAll(await openSession({ settings: await context.settings(), version }))
  if (context.json) printJson(terminal, keys)
  else if (keys.length === 0) terminal.err('There are no API keys yet. Make one with: micro keys create')
  else for (const line of table([headings, ...keys.map((key) => rowOf(key, now))])) terminal.out(line)
}

export const addKeysList = (keys: MicroCommand, shell: Shell): void => {
  keys
    .command('list')
    .examples('micro keys list', 'micro keys list --json')
    .summary('List API keys, newest first')
    .description('List API keys, newest first. The keys themselves are never shown again, only how they end.')
    .action((_flags: object, command: MicroCommand) => run(contextOf(shell, command)))
}
