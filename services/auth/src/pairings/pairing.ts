import { Fault } from '@micro/kernel'

/** A device that asks for a key. */
export interface PairingRow {
  readonly id: string
  readonly verification_code: string
  readonly device_name: string
  readonly client_ip: string | null
  /** What it gets: a key of test mode, or a session of whoever lets it in. */
  readonly gives: 'key' | 'session'
  readonly user_id: string | null
  readonly approved_at: Date | null
  readonly redeemed_at: Date | null
  readonly created_at: Date
  readonly expires_at: Date
}

/** Long enough to find a password, short enough that nobody comes upon it later. */
export const pairingMs = 15 * 60 * 1_000
/** How long the key lives: what Stripe's command line tells its user. */
export const keySeconds = 90 * 24 * 60 * 60

export const isPairingId = (id: string): boolean => /^pair_[0-9A-Za-z]{24}$/.test(id)

export const pairingMissing = (id: string): Fault =>
  new Fault('resource_missing', { resource: 'pairing', id, param: 'id' })

/** Whether it can still be let in; what is over looks to a stranger as if it had never been. */
export const isOpen = ({ approved_at, expires_at }: PairingRow, now: Date): boolean =>
  approved_at === null && expires_at > now

/** Whether somebody typed the words of a device, however they wrote them. */
export const hasWords = ({ verification_code }: Pick<PairingRow, 'verification_code'>, typed: string): boolean =>
  typed
    .toLowerCase()
    .split(/[^a-z]+/)
    .filter(Boolean)
    .join('-') === verification_code

const deviceNameCharsMax = 60

/**
 * A name that anybody may have chosen, as it is shown to whoever is asked to let the device in: on one line, left to
 * right, and without quotes, so that it cannot seem to be ours to say.
 */
export const deviceNameOf = (text: string, redact: (text: string) => string): string => {
  const plain = text
    .replace(/\s+/g, ' ')
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}"“”„‟«»]/gu, '')
    .trim()
  // What was hidden between its digits hides no number.
  return [...redact(plain)].slice(0, deviceNameCharsMax).join('').trim()
}

/** How the key is named in the list of keys. */
export const keyNameOf = ({ device_name }: Pick<PairingRow, 'device_name'>): string =>
  `stripe cli on ${device_name === '' ? 'a device without a name' : device_name}`.slice(0, 100)
