import { readEnvironment, type Environment } from '@micro/service'

/** What the verification as a program needs: a login that may read the ledger. */
export interface VerifyConfig {
  readonly url: string
}

/** Reads DB_DSN, as the ledger's own process does. @throws ConfigurationError */
export const readVerifyConfig = (env: Environment = process.env): VerifyConfig => {
  const settings = readEnvironment(env)
  const { url } = settings.database()
  return settings.done({ url })
}
