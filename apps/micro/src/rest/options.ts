import { Option } from 'commander'
import { collect } from '../shell/collect.ts'
import type { MicroCommand } from '../shell/command.ts'
import { collectPairs, type Pair } from './pairs.ts'
import type { Call } from './send.ts'

/** Flags of every command that sends a request of its own. */
export interface CallFlags {
  readonly data?: readonly Pair[]
  readonly expand?: readonly string[]
  readonly idempotency?: string
  readonly stripeVersion?: string
  readonly live?: boolean
  readonly yes?: boolean
}

export const dataOption = (): Option =>
  new Option('-d, --data <name=value>', 'a parameter, such as metadata[order]=7; as often as you like').argParser(
    collectPairs,
  )

export const expandOption = (): Option =>
  new Option('-e, --expand <path>', 'answer the object instead of its id, such as latest_charge').argParser(collect)

/** For what changes something. */
export const withWriteFlags = (command: MicroCommand): MicroCommand =>
  command
    .option('-i, --idempotency <key>', 'a name for the request, so that sent again it is done once')
    .option('--live', 'work in live mode, with the live key')
    .option('-y, --yes', 'do not ask before it')

/** What these flags say of a call. */
export const callOf = (
  flags: CallFlags,
): Pick<Call, 'pairs' | 'idempotencyKey' | 'stripeVersion' | 'live' | 'sure'> => ({
  pairs: [...(flags.data ?? []), ...(flags.expand ?? []).map((path): Pair => ['expand[]', path])],
  idempotencyKey: flags.idempotency,
  stripeVersion: flags.stripeVersion,
  live: flags.live,
  sure: flags.yes,
})
