export { readAuthConfig, type AuthConfig } from './config.ts'
export { authService, type AuthServiceDependencies } from './service.ts'
