import { authApi } from '@micro/contracts'
import type { Database } from '@micro/postgres'
import { createService, createStatus, type Runtime, type Service } from '@micro/service'
import { accountHandlers } from './accounts/account.http.ts'
import { apiKeyHandlers } from './api-keys/api-key.http.ts'
import { createKeyUses } from './api-keys/key-uses.ts'
import { createPublishableKeyTender } from './api-keys/publishable-key.work.ts'
import { rollHandlers } from './api-keys/roll.http.ts'
import { auditHandlers } from './audit/audit.http.ts'
import { createAudit } from './audit/record.ts'
import { createSecretWatch } from './audit/secret-watch.ts'
import { createCleanup } from './cleanup.ts'
import type { AuthConfig } from './config.ts'
import { credentialHandlers } from './credentials/credential.http.ts'
import type { AuthDependencies } from './dependencies.ts'
import { checkDatabase } from './health.store.ts'
import { createAccessTokens } from './logins/access-token.ts'
import { browserSessionHandlers } from './logins/browser-session.http.ts'
import { loginHandlers } from './logins/login.http.ts'
import { sessionHandlers } from './logins/session.http.ts'
import { operatorHandlers } from './operators/operator.http.ts'
import { secretUseHandlers } from './operators/secret-use.http.ts'
import { argon2Hasher, type Hasher } from './passwords/hasher.ts'
import { queuedHasher } from './passwords/hash-queue.ts'
import { pairingAnswerHandlers } from './pairings/answer.http.ts'
import { pairingHandlers } from './pairings/pairing.http.ts'
import { passwordHandlers } from './passwords/password.http.ts'
import { registrationHandlers } from './registration/registration.http.ts'
import { datedRevocations } from './revocations.ts'
import { createAddressThrottle } from './throttle/address-throttle.ts'
import { createLoginGuard } from './throttle/login-guard.ts'
import { userHandlers } from './users/user.http.ts'

export interface AuthServiceDependencies extends Runtime {
  readonly db: Database
  readonly config: AuthConfig
  /** Argon2id unless a test looks on. */
  readonly hasher?: Hasher
}

/** Users, merchants, login sessions and API keys. The database is its caller's to open and to close. */
export const authService = ({ hasher = argon2Hasher, ...given }: AuthServiceDependencies): Service => {
  const { db, clock, log, config } = given
  const keyUses = createKeyUses({ db, clock, log, pepperId: config.peppers.current.id })
  const deps: AuthDependencies = {
    ...given,
    bus: datedRevocations(given.bus, clock),
    hasher: queuedHasher(hasher, { concurrency: config.passwordHashConcurrency, metrics: given.metrics }),
    guard: createLoginGuard({ db, clock, pepper: config.peppers.current, addresses: createAddressThrottle() }),
    accessTokens: createAccessTokens({ keys: config.jwtKeys, clock, seconds: config.accessTokenSeconds }),
    audit: createAudit(given),
    noteKeyUse: keyUses.note,
  }
  const workers = [
    keyUses.worker,
    createCleanup(deps),
    createSecretWatch({ ...deps, rings: config }),
    createPublishableKeyTender({ ...deps, pepper: config.peppers.current }),
  ]
  return createService(
    {
      name: 'auth',
      api: authApi,
      handlers: {
        ...userHandlers(deps),
        ...accountHandlers(deps),
        ...registrationHandlers(deps),
        ...operatorHandlers(deps),
        ...loginHandlers(deps),
        ...sessionHandlers(deps),
        ...browserSessionHandlers(deps),
        ...passwordHandlers(deps),
        ...apiKeyHandlers(deps),
        ...rollHandlers(deps),
        ...auditHandlers(deps),
        ...credentialHandlers(deps),
        ...secretUseHandlers(deps),
        ...pairingHandlers(deps),
        ...pairingAnswerHandlers(deps),
        getAuthStatus: createStatus({ service: 'auth', db, workers }),
      },
      workers,
      ready: () => checkDatabase(db.sql),
      close: async () => {
        await keyUses.flush().catch((error: unknown) => log.warn({ err: error }, 'key_uses.lost'))
      },
    },
    given,
  )
}
