import { ApiError } from '@micro/client'
import { credentialFailure } from '../shell/failure.ts'
import { updateSettingsFile } from '../settings/settings-file.ts'
import type { Settings } from '../settings/settings.ts'
import { authClient, notLoggedIn, type AuthClient } from './api.ts'

export const isUnauthenticated = (error: unknown): boolean => error instanceof ApiError && error.status === 401

interface SessionOptions {
  readonly settings: Settings
  readonly version: string
}

/**
 * Opens the stored login session. Each refresh token works once, so two commands must not spend the same one: the
 * file is read again under its lock, and the new token is kept before the lock is given back.
 * @throws Failure when there is no session or it has ended; ConnectionError
 */
export const openSession = async ({ settings, version }: SessionOptions): Promise<AuthClient> => {
  if (settings.stored.refreshToken === undefined || !settings.storedApplies) throw notLoggedIn(settings)
  let credential: string | undefined
  await updateSettingsFile(settings.path, async (current) => {
    const { refresh_token } = current
    if (refresh_token === undefined || refresh_token === '') throw notLoggedIn(settings)
    const tokens = await authClient({ ...settings, version })
      .refreshSession({ body: { refresh_token } })
      .catch((error: unknown) => {
        throw isUnauthenticated(error)
          ? credentialFailure('Your session has ended. Log in again with: micro login', error)
          : error
      })
    credential = tokens.token
    return { refresh_token: tokens.refresh_token }
  })
  return authClient({ ...settings, version, credential })
}

/** Ends a login session by its refresh token. @throws ApiError, ConnectionError */
export const endSession = async (gatewayUrl: string, version: string, refreshToken: string): Promise<void> => {
  const { token } = await authClient({ gatewayUrl, version }).refreshSession({ body: { refresh_token: refreshToken } })
  await authClient({ gatewayUrl, version, credential: token }).logOut({})
}

/** Revokes an API key, with itself as its credential. One that is dead already counts as revoked. @throws ApiError, ConnectionError */
export const revokeKey = async (
  gatewayUrl: string,
  version: string,
  key: { id: string; value: string },
): Promise<void> => {
  try {
    await authClient({ gatewayUrl, version, credential: key.value }).revokeApiKey({ params: { id: key.id } })
  } catch (error) {
    if (!isUnauthenticated(error)) throw error
  }
}
