import type { Tenant } from '@micro/contracts'
import { open, SealError, type EncryptionKey, type Rotating } from '@micro/signing'
import { previousAt, secretPlace, type EndpointRow } from '../webhook-endpoints/webhook-endpoint.ts'

/**
 * The secrets that sign what an endpoint is sent now, the newest first.
 * @throws SealError when the key that sealed them is gone, or all are
 */
export const secretsOf = (
  keys: Rotating<EncryptionKey> | undefined,
  endpoint: Tenant & Pick<EndpointRow, 'id' | 'secret' | 'previous_secret' | 'previous_secret_until'>,
  now: Date,
): readonly string[] => {
  if (keys === undefined) throw new SealError('there is no encryption key')
  const previous = previousAt(endpoint, now)
  return [
    open(keys, secretPlace(endpoint), endpoint.secret ?? ''),
    ...(previous === null ? [] : [open(keys, secretPlace(endpoint, 'previous_secret'), previous)]),
  ]
}
