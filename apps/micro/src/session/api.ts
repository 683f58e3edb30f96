import { createClient, httpTransport, type Client, type HttpTransportOptions } from '@micro/client'
import { authApi, gatewayApi, ledgerApi, paymentsApi, type Api } from '@micro/contracts'
import { credentialFailure, type Failure } from '../shell/failure.ts'
import type { Settings } from '../settings/settings.ts'

export type AuthClient = Client<typeof authApi>
export type PaymentsClient = Client<typeof paymentsApi>
export type LedgerClient = Client<typeof ledgerApi>

export interface Access {
  readonly gatewayUrl: string
  readonly version: string
  readonly credential?: string | undefined
  /** How long an answer may take; of a stream: its first line. */
  readonly timeoutMs?: number
}

/** How a transport of the client package is told of it. */
export const transportOptions = ({ gatewayUrl, version, credential, timeoutMs }: Access): HttpTransportOptions => ({
  baseUrl: gatewayUrl,
  credential,
  userAgent: `Micro/${version}`,
  ...(timeoutMs === undefined ? {} : { timeoutMs }),
})

const clientOf =
  <A extends Api>(api: A) =>
  (access: Access): Client<A> =>
    createClient(api, httpTransport(transportOptions(access)))

export const authClient: (access: Access) => AuthClient = clientOf(authApi)
export const gatewayClient: (access: Access) => Client<typeof gatewayApi> = clientOf(gatewayApi)
export const paymentsClient: (access: Access) => PaymentsClient = clientOf(paymentsApi)
export const ledgerClient: (access: Access) => LedgerClient = clientOf(ledgerApi)

/** The way out when the stored login does not count. */
export const notLoggedIn = ({ stored, storedApplies, gatewayUrl }: Settings): Failure =>
  storedApplies
    ? credentialFailure('You are not logged in. Log in with: micro login')
    : credentialFailure(
        `You are logged in at ${stored.gatewayUrl ?? ''}, not at ${gatewayUrl}. Log in there with: micro login --gateway-url ${gatewayUrl}`,
      )

/** @throws Failure when there is no API key to use */
export const requireApiKey = (settings: Settings): string => {
  if (settings.apiKey !== undefined) return settings.apiKey.value
  if (!settings.storedApplies) throw notLoggedIn(settings)
  throw credentialFailure(
    'There is no API key to use. Log in with: micro login, or give one as --api-key or MICRO_API_KEY.',
  )
}
