import { Argument } from 'commander'
import type { MicroCommand } from '../shell/command.ts'
import { usageFailure } from '../shell/failure.ts'
import { contextOf, printJson, type Context, type Shell } from '../shell/shell.ts'
import { addPlaceOptions, openPlace, type Place, type PlaceFlags } from './place.ts'
import { restartLine } from './restart.ts'
import { announced, ringKinds, rotated, type Noted, type RingKind } from './ring-steps.ts'
import { readTokenFiles, writeTokenChanges } from './token-files.ts'
import { announceTokens, rotateTokens, tokenKeysIn } from './tokens.ts'

interface Flags extends PlaceFlags {
  readonly announce?: boolean
}

/** Which secret was announced or put in front. */
interface Outcome {
  readonly ids: readonly string[]
  /** It had been announced before. */
  readonly wasKnown: boolean
}

const rotateRing = async (place: Place, kind: RingKind, { announce, now }: { announce: boolean; now: Date }) => {
  const rings = place.rings(kind)
  // Everything is read before the first is written: what cannot be used is found while nothing has changed.
  const before: (readonly Noted[])[] = []
  for (const ring of rings) before.push(await ring.entries())
  const ids: string[] = []
  for (const ring of rings) {
    const entries = await ring.change({ step: announce ? announced : rotated, now })
    ids.push((announce ? entries.find(({ next }) => next === true) : entries[0])?.id ?? '')
  }
  const known = new Set(before.flat().map(({ id }) => id))
  return { ids, wasKnown: ids.every((id) => known.has(id)) }
}

const rotateTokenKeys = async ({ directory }: Place, announce: boolean): Promise<Outcome> => {
  const files = await readTokenFiles(directory)
  await writeTokenChanges(directory, announce ? announceTokens(files) : rotateTokens(files))
  const keys = tokenKeysIn(await readTokenFiles(directory))
  return {
    ids: keys.filter(({ state }) => state === (announce ? 'next' : 'current')).map(({ id }) => id),
    wasKnown: true,
  }
}

const run = async (context: Context, kind: RingKind | 'tokens', flags: Flags): Promise<void> => {
  const { terminal, json, clock } = context
  const announce = flags.announce === true
  if (kind === 'tokens' && flags.dir === undefined)
    throw usageFailure('Token keys are between separate services: name their folder with --dir. "micro up" has none.')
  const place = await openPlace(flags)
  const { ids, wasKnown } = await place.alone(() =>
    kind === 'tokens' ? rotateTokenKeys(place, announce) : rotateRing(place, kind, { announce, now: clock.now() }),
  )
  if (json) {
    printJson(terminal, { kind, ids, state: announce ? 'next' : 'current' })
    return
  }
  const subject = `${kind} ${ids.join(', ')}`
  const restart = restartLine(kind, place)
  if (announce) {
    terminal.out(`Announced ${subject}: accepted from the next start on, not used yet.`)
    terminal.err(`${restart} Then: micro secrets rotate ${kind} ${place.flag}`)
    return
  }
  terminal.out(`Rotated to ${subject}; those before it are still accepted.`)
  if (place.separate && !wasKnown)
    terminal.err(
      'Where several processes of a service run, announce first: one that is not restarted yet refuses what this one makes.',
    )
  terminal.err(`${restart} Later: micro secrets prune ${kind} ${place.flag}`)
}

export const addSecretsRotate = (secrets: MicroCommand, shell: Shell): void => {
  addPlaceOptions(secrets.command('rotate'))
    .addArgument(
      new Argument('<kind>', 'pepper, jwt, encryption, checkpoint or tokens').choices([...ringKinds, 'tokens']),
    )
    .examples(
      'micro secrets rotate pepper',
      'micro secrets rotate jwt --dir /etc/micro --announce',
      'micro secrets rotate tokens --dir /etc/micro',
    )
    .summary('Put a new secret in front of the one in use')
    .description(
      'Put a new secret in front of the one in use; earlier ones are still accepted. It takes effect when the processes named at the end are started again. Kinds: pepper (hashes of API keys), jwt (signatures of access tokens), encryption (what is stored sealed), checkpoint (what the ledger signs), tokens (calls between separate services).',
    )
    .option('--announce', 'make it known first and use it with the next rotation, where several processes share it')
    .action((kind: RingKind | 'tokens', flags: Flags, command: MicroCommand) =>
      run(contextOf(shell, command), kind, flags),
    )
}
