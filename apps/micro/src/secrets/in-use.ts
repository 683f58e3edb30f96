/** Which of the earlier secrets of a ring are still needed, as far as anybody can know. Pure. */
import type { SecretUse } from '@micro/contracts'
import { Failure } from '../shell/failure.ts'
import { earlier, type Noted, type RingKind } from './ring-steps.ts'

/** What dropping a secret that is still needed does. */
export const consequences: Readonly<Record<RingKind, string>> = {
  pepper: 'API keys that have not been used since the rotation stop working for good; new ones must be made.',
  jwt: 'Access tokens that an earlier key signed stop working; who holds a refresh token gets new ones.',
  encryption: 'What was sealed under an earlier key and not sealed anew can never be read again.',
  checkpoint:
    'Checkpoints that an earlier key signed are refused from then on: keep its public key to check them elsewhere.',
}

/** The running platform must work with the ring that is looked at, or what it tells is about something else. */
const checkSame = (running: string | undefined, entries: readonly Noted[]): void => {
  if (running === entries[0]?.id) return
  throw new Failure(
    `What runs works with ${running ?? 'none'} and not with ${entries[0]?.id}: it was not restarted since the rotation, or it is another installation (--gateway-url).`,
  )
}

/**
 * The ids of earlier peppers that no live API key needs.
 * @throws Failure when keys need every one of them
 */
const freePeppers = (entries: readonly Noted[], use: SecretUse): readonly string[] => {
  checkSame(use.peppers.find(({ current }) => current)?.id, entries)
  const keysOf = (id: string): number => use.peppers.find((pepper) => pepper.id === id)?.api_keys ?? 0
  const candidates = earlier(entries)
  const free = candidates.filter(({ id }) => keysOf(id) === 0)
  if (free.length > 0 || candidates.length === 0) return free.map(({ id }) => id)
  const needed = candidates.map(({ id }) => `${id} by ${keysOf(id)}`).join(', ')
  throw new Failure(
    `Live API keys still need an earlier pepper: ${needed}. A key moves to the current one when it is used: wait for it, revoke it, or use --force. ${consequences.pepper}`,
  )
}

/**
 * The ids of earlier signing keys, once no token of theirs can be alive.
 * @throws Failure until then
 */
const freeJwtKeys = (entries: readonly Noted[], use: SecretUse): readonly string[] => {
  checkSame(use.jwt_keys.find(({ current }) => current)?.id, entries)
  const leftSeconds = use.access_token_seconds - use.running_seconds
  if (leftSeconds < 0) return earlier(entries).map(({ id }) => id)
  throw new Failure(
    `Access tokens that an earlier key signed may live for another ${leftSeconds + 1} s: wait, or use --force. ${consequences.jwt}`,
  )
}

/** @throws Failure while they are needed, or when nobody can tell */
export const freeIds = (kind: RingKind, entries: readonly Noted[], use: SecretUse | undefined): readonly string[] => {
  if (use === undefined)
    throw new Failure(
      `${kind === 'checkpoint' ? 'Nobody knows who still keeps checkpoints of an earlier key.' : 'Nothing tells yet what is still sealed under an earlier key.'} Only --force drops it. ${consequences[kind]}`,
    )
  return kind === 'jwt' ? freeJwtKeys(entries, use) : freePeppers(entries, use)
}
