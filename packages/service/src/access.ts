import { everyScope, grants, type MerchantPrincipal, type Principal, type Route } from '@micro/contracts'
import { Fault } from '@micro/kernel'

const held = {
  api_key: 'secret_key',
  publishable_key: 'publishable_key',
  session: 'session',
  service: 'internal',
} as const

/** A scope as it is named to who lacks it. */
const scopeText = (scope: Route['scope']): string | undefined =>
  scope === everyScope ? `${everyScope} (all there are: an unrestricted secret key)` : scope

const actsByScopes = (principal: Principal): principal is MerchantPrincipal =>
  principal.kind === 'api_key' || (principal.kind === 'session' && principal.scopes !== undefined)

/**
 * Refuses an API key, or a session that acts as one, that was not given what the route asks for. Asked at the gateway and
 * again in the service, so that neither has to trust the other to have done so.
 * @param shown how the key is named to its caller, who may see it masked only
 * @throws Fault more_permissions_required
 */
export const checkScope = (
  { scope }: Pick<Route, 'scope'>,
  principal: Principal | undefined,
  shown = principal?.kind === 'api_key' ? principal.keyId : undefined,
): void => {
  if (principal === undefined || !actsByScopes(principal) || grants(principal.scopes ?? [], scope)) return
  throw new Fault('more_permissions_required', { key: shown, scope: scopeText(scope) })
}

/**
 * Refuses whoever the route is not for.
 * @throws Fault permission_denied, api_key_missing, secret_key_required, session_missing, operator_required,
 * more_permissions_required
 */
export const checkAccess = (route: Pick<Route, 'access' | 'scope'>, principal: Principal | undefined): void => {
  const { access } = route
  if (access.includes('public')) return
  if (principal !== undefined && access.includes(held[principal.kind])) return checkScope(route, principal)
  // A browser's, which the gateway lets act as its merchant.
  if (principal?.kind === 'session' && actsByScopes(principal) && access.includes('secret_key'))
    return checkScope(route, principal)
  if (access.includes('operator') && principal?.kind === 'session') {
    if (principal.operator === true) return
    throw new Fault('operator_required')
  }
  if (access.includes('internal')) throw new Fault('permission_denied')
  if (access.includes('secret_key') && principal?.kind === 'publishable_key') throw new Fault('secret_key_required')
  throw new Fault(access.includes('secret_key') ? 'api_key_missing' : 'session_missing')
}
