import { relative } from 'node:path'
import { fromUnixSeconds, unixSeconds } from '@micro/kernel'
import type { MicroCommand } from '../shell/command.ts'
import { contextOf, printJson, type Context, type Shell } from '../shell/shell.ts'
import { table } from '../shell/terminal.ts'
import { addPlaceOptions, openPlace, type Place, type PlaceFlags } from './place.ts'
import { ringKinds, type Noted } from './ring-steps.ts'
import { inside } from './secret-file.ts'
import { readTokenFiles } from './token-files.ts'
import { tokenKeysIn } from './tokens.ts'

interface Item {
  readonly kind: string
  readonly id: string
  readonly state: 'current' | 'next' | 'previous'
  /** Unix seconds; null where nobody noted it. */
  readonly created: number | null
  readonly path: string
}

const stateOf = ({ next }: Noted, at: number): Item['state'] =>
  at === 0 ? 'current' : next === true ? 'next' : 'previous'

const itemsAt = async (place: Place): Promise<Item[]> => {
  const items: Item[] = []
  for (const kind of ringKinds)
    for (const ring of place.rings(kind))
      for (const [at, entry] of (await ring.entries()).entries())
        items.push({ kind, id: entry.id, state: stateOf(entry, at), created: entry.created ?? null, path: ring.path })
  if (place.separate)
    for (const { id, state, path } of tokenKeysIn(await readTokenFiles(place.directory)))
      items.push({ kind: 'tokens', id, state, created: null, path: inside(place.directory, path) })
  return items
}

const daySeconds = 24 * 60 * 60

const ageOf = (created: number | null, now: Date): string =>
  created === null ? '' : `${Math.max(0, Math.floor((unixSeconds(now) - created) / daySeconds))} d`

const dayOf = (created: number | null): string =>
  created === null ? '' : fromUnixSeconds(created).toISOString().slice(0, 10)

const run = async ({ terminal, json, clock }: Context, flags: PlaceFlags): Promise<void> => {
  const place = await openPlace(flags)
  const items = await itemsAt(place)
  if (json) {
    printJson(terminal, items)
    return
  }
  const rows = items.map(({ kind, id, state, created, path }) => [
    kind,
    id,
    state,
    dayOf(created),
    ageOf(created, clock.now()),
    relative(place.directory, path),
  ])
  for (const line of table([['KIND', 'ID', 'STATE', 'CREATED', 'AGE', 'FILE'], ...rows])) terminal.out(line)
}

export const addSecretsList = (secrets: MicroCommand, shell: Shell): void => {
  addPlaceOptions(secrets.command('list'))
    .examples('micro secrets list', 'micro secrets list --dir /etc/micro --json')
    .summary('Show which secrets there are, and how old they are')
    .description(
      'Show which secrets there are and how old they are, by their ids. The secrets themselves are never shown.',
    )
    .action((flags: PlaceFlags, command: MicroCommand) => run(contextOf(shell, command), flags))
}
