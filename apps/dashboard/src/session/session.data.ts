import type { authApi, gatewayApi, Response } from '@micro/contracts'
import { queryOptions } from '@tanstack/react-query'
import { call, Refusal } from '../api/call.ts'

export type Me = Response<typeof authApi.getMe>

/** Who is signed in; null: nobody. */
export const me = queryOptions({
  queryKey: ['me'],
  queryFn: async ({ signal }): Promise<Me | null> => {
    try {
      return await call<typeof authApi.getMe>('GET /auth/me', { signal })
    } catch (error) {
      if (error instanceof Refusal && error.status === 401) return null
      throw error
    }
  },
  staleTime: 60_000,
})

export interface Credentials {
  readonly email: string
  readonly password: string
}

/** The gateway answers with a cookie that no script can read, and that comes with every request from then on. */
export const signIn = (body: Credentials) => call<typeof gatewayApi.signIn>('POST /auth/browser/sign_in', { body })

/** A session that had ended before is as good. */
export const signOut = async (): Promise<void> => {
  try {
    await call<typeof gatewayApi.signOut>('POST /auth/browser/sign_out', {})
  } catch (error) {
    if (!(error instanceof Refusal && error.status === 401)) throw error
  }
}

/** Makes the account, where it takes one with an invitation, and signs in with it. */
export const register = async ({ invitation, ...credentials }: Credentials & { readonly invitation?: string }) => {
  const body = invitation === undefined ? credentials : { ...credentials, invitation }
  await call<typeof authApi.registerUser>('POST /auth/register', { body })
  return signIn(credentials)
}
