import type { authApi, MerchantPrincipal } from '@micro/contracts'
import type { Handlers } from '@micro/service'
import { everyOf, parseApiKey } from '@micro/signing'
import { selectLiveApiKeyByHash } from '../api-keys/api-key.store.ts'
import type { AuthDependencies } from '../dependencies.ts'
import { selectLiveSession } from '../logins/session.store.ts'
import { keyedHash } from '../secrets.ts'

export const credentialHandlers = ({
  db,
  clock,
  config,
  accessTokens,
  noteKeyUse,
}: AuthDependencies): Pick<Handlers<typeof authApi>, 'verifyCredential'> => {
  const ofApiKey = async (text: string): Promise<MerchantPrincipal | undefined> => {
    // Form and checksum first: typos and blind guesses never reach the database.
    const parsed = parseApiKey(text)
    if (parsed === undefined) return undefined
    const hashes = everyOf(config.peppers).map((pepper) => keyedHash(pepper, 'api_key', text))
    const key = await selectLiveApiKeyByHash(db.sql, hashes)
    if (key === undefined || key.mode !== parsed.mode) return undefined
    // Only its holder can bring a key under the current pepper: we do not have it.
    noteKeyUse(key.id, key.pepper_id === config.peppers.current.id ? undefined : hashes[0])
    return { kind: 'api_key', merchant: key.merchant, mode: key.mode, keyId: key.id }
  }

  const ofAccessToken = async (text: string): Promise<MerchantPrincipal | undefined> => {
    const claims = await accessTokens.verify(text)
    if (claims === undefined) return undefined
    const { user, merchant, session } = claims
    const live = await selectLiveSession(db.sql, { id: session, user, merchant, now: clock.now() })
    // A person looks at test data unless they act by a live key.
    return live === undefined ? undefined : { kind: 'session', merchant, mode: 'test', user, session }
  }

  return {
    async verifyCredential({ body: { credential } }) {
      const principal = credential.startsWith('sk_') ? await ofApiKey(credential) : await ofAccessToken(credential)
      return { principal: principal ?? null }
    },
  }
}
