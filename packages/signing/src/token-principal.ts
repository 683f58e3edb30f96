/** In whose name a token speaks; the shapes of `Principal` in the contracts, which this package may not import. */
export type TokenPrincipal =
  | {
      readonly kind: 'api_key' | 'publishable_key' | 'session'
      readonly merchant: string
      readonly mode: 'test' | 'live'
      readonly keyId?: string
      readonly scopes?: readonly string[]
      readonly user?: string
      readonly session?: string
      readonly operator?: true
    }
  | { readonly kind: 'service'; readonly service: ServiceName }

type ServiceName = 'gateway' | 'auth' | 'payments' | 'ledger' | 'events'

const serviceNames: readonly string[] = [
  'gateway',
  'auth',
  'payments',
  'ledger',
  'events',
] satisfies readonly ServiceName[]

const isText = (value: unknown): value is string => typeof value === 'string' && value !== ''
const isTextList = (value: unknown): value is string[] => Array.isArray(value) && value.every(isText)

const members: Readonly<Record<TokenPrincipal['kind'], readonly string[]>> = {
  service: ['kind', 'service'],
  api_key: ['kind', 'merchant', 'mode', 'keyId', 'scopes'],
  publishable_key: ['kind', 'merchant', 'mode', 'keyId'],
  session: ['kind', 'merchant', 'mode', 'user', 'session'],
}

const isKind = (value: unknown): value is TokenPrincipal['kind'] =>
  typeof value === 'string' && Object.hasOwn(members, value)

/**
 * Reads a token's principal: exactly the members its kind has, all of them text but for the list of scopes, and that a
 * session is an operator's, or acts by scopes. A key whose scopes are left out is malformed and not one without limits. Null, on public
 * routes, is nobody.
 */
export const principalOf = (value: unknown): TokenPrincipal | undefined | 'malformed' => {
  if (value === null) return undefined
  if (typeof value !== 'object' || Array.isArray(value)) return 'malformed'
  const given = value as Record<string, unknown>
  const { kind, mode, service } = given
  if (!isKind(kind)) return 'malformed'
  const wanted = members[kind]
  const { operator, ...named } = given
  const { scopes, ...unscoped } = named
  const actsAsMerchant = kind === 'session' && scopes !== undefined
  if (actsAsMerchant && !isTextList(scopes)) return 'malformed'
  const rest = actsAsMerchant ? unscoped : named
  if (operator !== undefined && (kind !== 'session' || operator !== true)) return 'malformed'
  const fits = (name: string): boolean => (name === 'scopes' ? isTextList : isText)(given[name])
  if (Object.keys(rest).length !== wanted.length || !wanted.every(fits)) return 'malformed'
  if (kind === 'service' ? !serviceNames.includes(String(service)) : mode !== 'test' && mode !== 'live')
    return 'malformed'
  return Object.freeze({ ...given }) as TokenPrincipal
}
