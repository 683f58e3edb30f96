export { readAuthConfig, type AuthConfig } from './config.ts'
export { hiddenFromPeople } from './hidden.ts'
export { createAuthSecrets, type AuthSecrets, type Pepper, type Rotating, type SigningJwk } from './secrets.ts'
export { authService, type AuthServiceDependencies } from './service.ts'
