export { readAuthConfig, type AuthConfig } from './config.ts'
export { hiddenFromPeople } from './hidden.ts'
export { authService, type AuthServiceDependencies } from './service.ts'
