import type { Place } from './place.ts'
import type { RingKind } from './ring-steps.ts'

const processes: Readonly<Record<RingKind | 'tokens', string>> = {
  pepper: 'every auth process',
  jwt: 'every auth process',
  encryption: 'every payments and events process',
  checkpoint: 'every ledger process',
  tokens: 'every process of every service',
}

/** What must be started again before a change of secrets counts. */
export const restartLine = (kind: RingKind | 'tokens', { separate }: Place): string =>
  separate
    ? `It counts once ${processes[kind]} is restarted, one after the other.`
    : 'It counts once Micro is restarted: stop "micro up" and start it again.'
