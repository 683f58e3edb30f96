import type { Idempotency } from '@micro/service'
import { open, seal, type EncryptionKey, type Rotating } from '@micro/signing'

/**
 * Keeps the answers of keyed requests sealed: an endpoint's secret is told to whoever repeats the request that made it,
 * and to nobody who reads the table.
 */
export const sealedIdempotency = (inner: Idempotency, keys: Rotating<EncryptionKey>): Idempotency => ({
  async claim(request) {
    const { merchant, mode, key, serialize } = request
    const place = { tenant: `${merchant}/${mode}`, row: key, purpose: 'idempotent_answer' }
    const sealed = (body: string): string => seal(keys, place, body)
    const opened = (body: string): string => open(keys, place, body)
    const outcome = await inner.claim({ ...request, serialize: (status, body) => sealed(serialize(status, body)) })
    const storeExpanded = async (body: string): Promise<string> => opened(await outcome.storeExpanded(sealed(body)))
    if (outcome.kind === 'claimed')
      return {
        ...outcome,
        storeExpanded,
        finish: (response) => outcome.finish({ ...response, body: sealed(response.body) }),
      }
    const { status, body } = outcome.response
    return { ...outcome, storeExpanded, response: { status, body: opened(body) } }
  },
})
