import { stat } from 'node:fs/promises'
import { ApiError } from '@micro/client'
import { authClient } from '../session/api.ts'
import type { Settings } from '../settings/settings.ts'
import { checkOf, type Check } from './check.ts'

/** Bits that let others than the owner in. */
const othersMay = 0o077

/** The file with the login, before anything closes it to others by itself. */
export const checkSettingsFile = async (path: string): Promise<Check> => {
  const check = checkOf('Credentials file')
  const found = await stat(path).catch(() => undefined)
  if (found === undefined) return check.ok(`${path} is not there yet`)
  if (process.platform === 'win32' || (found.mode & othersMay) === 0) return check.ok(`${path}, only for you`)
  return check.problem(
    `${path} can be read by others (${(found.mode & 0o777).toString(8)})`,
    `Close it: chmod 600 ${path}; and if others did: micro logout, micro login`,
  )
}

/** The folder of an installation's secrets. */
export const checkSecretsFolder = async (path: string): Promise<Check> => {
  const check = checkOf('Secrets')
  const found = await stat(path).catch(() => undefined)
  if (found === undefined) return check.ok(`${path} is not there yet`)
  if (process.platform === 'win32' || (found.mode & othersMay) === 0) return check.ok(`${path}, only for you`)
  return check.problem(
    `${path} can be read by others (${(found.mode & 0o777).toString(8)})`,
    `Close it: chmod 700 ${path}; and if others did: micro secrets rotate`,
  )
}

/** Whether the API key in use works. @throws never */
export const checkLogin = async (settings: Settings, version: string, isReachable: boolean): Promise<Check> => {
  const check = checkOf('Login')
  const { apiKey, gatewayUrl } = settings
  if (apiKey === undefined) return check.warning('there is no API key to use', 'Log in: micro login')
  if (!isReachable) return check.skipped('asked by way of the gateway')
  try {
    const { email, mode } = await authClient({ gatewayUrl, version, credential: apiKey.value }).getMe({})
    return check.ok(`${email}, ${mode} mode`)
  } catch (error) {
    const mend =
      error instanceof ApiError && error.status === 401 ? 'Log in again for a new key: micro login' : undefined
    return check.problem((error as Error).message, mend)
  }
}
