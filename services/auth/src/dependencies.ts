import type { Database } from '@micro/postgres'
import type { Runtime } from '@micro/service'
import type { Audit } from './audit/record.ts'
import type { AccessTokens } from './logins/access-token.ts'
import type { AuthConfig } from './config.ts'
import type { Hasher } from './passwords/hasher.ts'
import type { LoginGuard } from './throttle/login-guard.ts'

/** What the handlers of this service work with; `service.ts` puts it together once. */
export interface AuthDependencies extends Runtime {
  readonly db: Database
  readonly config: AuthConfig
  /** Queued: never more hashes at a time than configured. */
  readonly hasher: Hasher
  readonly guard: LoginGuard
  readonly accessTokens: AccessTokens
  readonly audit: Audit
  /** Notes that an API key was used, and its hash under the current pepper if it has another; stored a little later. */
  readonly noteKeyUse: (keyId: string, hash?: Buffer) => void
}
