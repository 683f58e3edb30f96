import { createClient, httpTransport, type Client } from '@micro/client'
import { authApi, paymentsApi, type Api } from '@micro/contracts'
import { Failure } from '../shell/failure.ts'
import type { Settings } from '../settings/settings.ts'

export type AuthClient = Client<typeof authApi>
export type PaymentsClient = Client<typeof paymentsApi>

interface Access {
  readonly gatewayUrl: string
  readonly version: string
  readonly credential?: string | undefined
}

const clientOf =
  <A extends Api>(api: A) =>
  ({ gatewayUrl, version, credential }: Access): Client<A> =>
    createClient(api, httpTransport({ baseUrl: gatewayUrl, credential, userAgent: `Micro/${version}` }))

export const authClient: (access: Access) => AuthClient = clientOf(authApi)
export const paymentsClient: (access: Access) => PaymentsClient = clientOf(paymentsApi)

/** The way out when the stored login does not count. */
export const notLoggedIn = ({ stored, storedApplies, gatewayUrl }: Settings): Failure =>
  storedApplies
    ? new Failure('You are not logged in. Log in with: micro login')
    : new Failure(
        `You are logged in at ${stored.gatewayUrl ?? ''}, not at ${gatewayUrl}. Log in there with: micro login --gateway-url ${gatewayUrl}`,
      )

/** @throws Failure when there is no API key to use */
export const requireApiKey = (settings: Settings): string => {
  if (settings.apiKey !== undefined) return settings.apiKey.value
  if (!settings.storedApplies) throw notLoggedIn(settings)
  throw new Failure('There is no API key to use. Log in with: micro login, or give one as --api-key or MICRO_API_KEY.')
}
