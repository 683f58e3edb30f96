import { ApiError, ConnectionError } from '@micro/client'
import type { SecretUse } from '@micro/contracts'
import { Argument } from 'commander'
import { openSession } from '../session/session.ts'
import type { MicroCommand } from '../shell/command.ts'
import { Failure, usageFailure } from '../shell/failure.ts'
import { contextOf, printJson, type Context, type Shell } from '../shell/shell.ts'
import { consequences, freeIds } from './in-use.ts'
import { addPlaceOptions, openPlace, type Place, type PlaceFlags } from './place.ts'
import { restartLine } from './restart.ts'
import { earlier, ringKinds, without, type RingKind } from './ring-steps.ts'
import { readTokenFiles, writeTokenChanges } from './token-files.ts'
import { pruneTokens, tokenKeysIn } from './tokens.ts'

interface Flags extends PlaceFlags {
  readonly force?: boolean
}

/** What the platform that runs says about its secrets; operators alone are told. @throws Failure */
const askUse = async (context: Context): Promise<SecretUse> => {
  const settings = await context.settings()
  try {
    const session = await openSession({ settings, version: context.version })
    return await session.getSecretUse({})
  } catch (error) {
    if (error instanceof ConnectionError)
      throw new Failure(
        `Only a running Micro knows what is in use, and ${settings.gatewayUrl} does not answer. Start it, or use --force.`,
        { cause: error },
      )
    if (error instanceof ApiError && error.status === 403)
      throw new Failure('Only an operator of the installation is told what is in use.', {
        cause: error,
      })
    throw error
  }
}

const pruneRing = async (context: Context, place: Place, { kind, force }: { kind: RingKind; force: boolean }) => {
  const rings = place.rings(kind)
  const pruned: { ring: (typeof rings)[number]; ids: readonly string[] }[] = []
  let use: SecretUse | undefined
  for (const ring of rings) {
    const entries = await ring.entries()
    const candidates = earlier(entries).map(({ id }) => id)
    if (candidates.length === 0) continue
    if (!force && (kind === 'pepper' || kind === 'jwt')) use ??= await askUse(context)
    pruned.push({ ring, ids: force ? candidates : freeIds(kind, entries, use) })
  }
  for (const { ring, ids } of pruned) await ring.change({ step: without(new Set(ids)), now: context.clock.now() })
  return pruned.flatMap(({ ids }) => ids)
}

const pruneTokenKeys = async ({ directory }: Place): Promise<readonly string[]> => {
  const files = await readTokenFiles(directory)
  const before = tokenKeysIn(files)
  await writeTokenChanges(directory, pruneTokens(files))
  return before.filter(({ state }) => state === 'previous').map(({ id }) => id)
}

const run = async (context: Context, kind: RingKind | 'tokens', flags: Flags): Promise<void> => {
  const { terminal, json } = context
  const force = flags.force === true
  if (kind === 'tokens' && flags.dir === undefined)
    throw usageFailure('Token keys are between separate services: name their folder with --dir. "micro up" has none.')
  const place = await openPlace(flags)
  const dropped = await place.alone<readonly string[]>(() =>
    kind === 'tokens' ? pruneTokenKeys(place) : pruneRing(context, place, { kind, force }),
  )
  if (json) {
    printJson(terminal, { kind, dropped })
    return
  }
  if (dropped.length === 0) {
    terminal.out(`There is no earlier secret to drop: ${kind}.`)
    return
  }
  terminal.out(`Dropped ${kind} ${dropped.join(', ')}.`)
  if (force && kind !== 'tokens') terminal.err(`Forced. ${consequences[kind]}`)
  terminal.err(restartLine(kind, place))
}

export const addSecretsPrune = (secrets: MicroCommand, shell: Shell): void => {
  addPlaceOptions(secrets.command('prune'))
    .addArgument(
      new Argument('<kind>', 'pepper, jwt, encryption, checkpoint or tokens').choices([...ringKinds, 'tokens']),
    )
    .examples('micro secrets prune pepper', 'micro secrets prune tokens --dir /etc/micro')
    .summary('Drop earlier secrets that nothing needs any more')
    .description(
      'Drop earlier secrets that nothing needs any more. The Micro that runs is asked what it still needs, with the login of an operator; while it does, nothing is dropped. Token keys: only after every service was restarted since the rotation.',
    )
    .option('--force', 'drop them without asking, whatever stops working')
    .action((kind: RingKind | 'tokens', flags: Flags, command: MicroCommand) =>
      run(contextOf(shell, command), kind, flags),
    )
}
