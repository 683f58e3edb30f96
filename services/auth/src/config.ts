import {
  isLoopback,
  readEnvironment,
  readSettings,
  type DatabaseConfig,
  type Environment,
  type ProcessConfig,
} from '@micro/service'
import { parseAuthSecrets, type Pepper, type Rotating, type SecretRings, type SigningJwk } from '@micro/signing'

export interface AuthConfig {
  readonly peppers: Rotating<Pepper>
  readonly jwtKeys: Rotating<SigningJwk>
  /** Whether strangers may register. The composition root opens it on loopback. */
  readonly registrationOpen: boolean
  readonly accessTokenSeconds: number
  /** Each refresh token lasts so long; using it starts the next one's term. */
  readonly refreshTokenDays: number
  /** Password hashes computed at a time; each takes 19 MiB and a core for some 20 to 50 ms. */
  readonly passwordHashConcurrency: number
}

/**
 * Reads MICRO_REGISTRATION (open | closed, default closed), MICRO_ACCESS_TOKEN_SECONDS (600), MICRO_REFRESH_TOKEN_DAYS
 * (30), MICRO_PASSWORD_HASH_CONCURRENCY (2). The secrets are the text that `createAuthSecrets` of signing made, from
 * wherever the caller keeps it, else from MICRO_AUTH_SECRETS.
 * @throws ConfigurationError that names everything that is wrong, without the secrets' values
 */
export const readAuthConfig = (env: Environment, secretsJson = env['MICRO_AUTH_SECRETS']): AuthConfig => {
  const { text, integer, complain, done } = readSettings(env)

  const secrets = () => {
    if (secretsJson === undefined || secretsJson === '') {
      complain('the secrets (MICRO_AUTH_SECRETS) are missing')
      return undefined
    }
    try {
      return parseAuthSecrets(secretsJson)
    } catch (error) {
      complain(`the secrets (MICRO_AUTH_SECRETS) cannot be used: ${(error as Error).message}`)
      return undefined
    }
  }

  const registration = text('MICRO_REGISTRATION', 'closed')
  if (registration !== 'open' && registration !== 'closed') {
    complain(`MICRO_REGISTRATION must be open or closed, got '${registration}'`)
  }
  const rings = secrets()
  const numbers = {
    accessTokenSeconds: integer('MICRO_ACCESS_TOKEN_SECONDS', { fallback: 600, min: 30, max: 3600 }),
    refreshTokenDays: integer('MICRO_REFRESH_TOKEN_DAYS', { fallback: 30, min: 1, max: 365 }),
    passwordHashConcurrency: integer('MICRO_PASSWORD_HASH_CONCURRENCY', { fallback: 2, min: 1, max: 64 }),
  }
  // Without secrets there is a complaint, and `done` throws.
  return done({ ...(rings as SecretRings), ...numbers, registrationOpen: registration === 'open' })
}

/** How the auth service runs as a process of its own. */
export interface AuthProcessConfig {
  readonly process: ProcessConfig
  readonly database: DatabaseConfig
  readonly auth: AuthConfig
}

/**
 * Strangers may register where only this machine's users reach the gateway; elsewhere only when the operator says so.
 * MICRO_PUBLISHED_HOST is the address at which whatever runs the gateway lets others reach it.
 */
const withRegistration = (env: Environment): Environment => {
  const isSet = (env['MICRO_REGISTRATION'] ?? '').trim() !== ''
  const reachedFromHere = isLoopback(env['MICRO_PUBLISHED_HOST'] ?? '')
  return !isSet && reachedFromHere ? { ...env, MICRO_REGISTRATION: 'open' } : env
}

/** Reads the environment of the process. @throws ConfigurationError that names everything that is wrong */
export const readAuthProcess = (env: Environment = process.env): AuthProcessConfig => {
  const settings = readEnvironment(env)
  return settings.done({
    process: settings.process({ port: 8081 }),
    database: settings.database(),
    auth: settings.including(() => readAuthConfig(withRegistration(env))),
  })
}
