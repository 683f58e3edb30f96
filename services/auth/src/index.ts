export { readAuthConfig, type AuthConfig } from './config.ts'
export { createAuthSecrets, type AuthSecrets, type Pepper, type Rotating, type SigningJwk } from './secrets.ts'
export { authService, type AuthServiceDependencies } from './service.ts'

/** What people who look into the database must not be shown: `table` or `table.column`. */
export const authHidden: readonly string[] = ['users.password_hash', 'api_keys.hash', 'refresh_tokens', 'login_attempts']
