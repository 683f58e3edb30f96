import { readEnvironment, type Environment } from '@micro/service'
import { parseCheckpointKeys, publicKeysOf, type PublicJwk } from '@micro/signing'

/** What the verification as a program needs: a login that may read the ledger. */
export interface VerifyConfig {
  readonly url: string
  /** Whose signatures are believed; undefined: nobody's is asked for. */
  readonly checkpointKeys: readonly PublicJwk[] | undefined
}

/**
 * Reads DB_DSN, as the ledger's own process does, and MICRO_CHECKPOINT_KEYS where it is set.
 * @throws ConfigurationError
 */
export const readVerifyConfig = (env: Environment = process.env): VerifyConfig => {
  const settings = readEnvironment(env)
  const { url } = settings.database()
  const keys = (env['MICRO_CHECKPOINT_KEYS'] ?? '').trim()
  const checkpointKeys = settings.including(() => (keys === '' ? undefined : publicKeysOf(parseCheckpointKeys(keys))))
  return settings.done({ url, checkpointKeys })
}
