import type { ServerResponse } from 'node:http'
import type { CredentialCache } from './credential-cache.ts'

/** Breaks off an answer that goes on for long once the credential it was asked with no longer holds. */
export type WatchCredential = (credential: string, response: ServerResponse) => void

/**
 * A key that was revoked stops working within seconds, also in the middle of a stream. While nobody can tell whether
 * it still holds, nothing is answered to a new request either, so the stream ends: its reader comes back.
 */
export const watchCredential =
  ({ cache, everyMs }: { cache: Pick<CredentialCache, 'verify'>; everyMs: number }): WatchCredential =>
  (credential, response) => {
    const breakOff = (): void => void response.destroy()
    const timer = setInterval(() => {
      cache.verify(credential).then(({ principal }) => {
        if (principal === null) breakOff()
      }, breakOff)
    }, everyMs)
    response.once('close', () => clearInterval(timer))
  }
