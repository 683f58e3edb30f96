import { ConnectionError } from '@micro/client'
import { endSession, isUnauthenticated, revokeKey } from '../session/session.ts'
import type { MicroCommand } from '../shell/command.ts'
import { contextOf, printJson, type Context, type Shell } from '../shell/shell.ts'
import { updateSettingsFile } from '../settings/settings-file.ts'
import { defaultGatewayUrl, type Login } from '../settings/settings.ts'

/** Undoes at the server what logging in did there. @throws what kept it from being done */
const revoke = async (
  { apiKey, apiKeyId, refreshToken, gatewayUrl = defaultGatewayUrl }: Login,
  version: string,
): Promise<void> => {
  if (apiKey !== undefined && apiKeyId !== undefined)
    await revokeKey(gatewayUrl, version, { id: apiKeyId, value: apiKey })
  if (refreshToken === undefined) return
  // A session that has ended by itself is what we want.
  await endSession(gatewayUrl, version, refreshToken).catch((error: unknown) => {
    if (!isUnauthenticated(error)) throw error
  })
}

const warn = ({ terminal }: Context, error: unknown, { apiKeyId }: Login): void => {
  const reason =
    error instanceof ConnectionError ? error.message : `The server did not revoke them: ${(error as Error).message}`
  terminal.err(`Warning: ${reason}`)
  const key = apiKeyId === undefined ? 'The session' : `The session and the API key ${apiKeyId}`
  terminal.err(`${key} stay valid at the server. Once it can be reached: micro login, then micro keys revoke.`)
}

const run = async (context: Context): Promise<void> => {
  const { terminal, version, json } = context
  const { path, stored } = await context.settings()
  const email = stored.email ?? null
  if (stored.apiKey === undefined && stored.refreshToken === undefined && stored.liveApiKey === undefined) {
    if (json) printJson(terminal, { logged_out: false, email })
    else terminal.out('You are not logged in.')
    return
  }
  try {
    await revoke(stored, version)
  } catch (error) {
    warn(context, error, stored)
  }
  await updateSettingsFile(path, () =>
    Promise.resolve({
      live_api_key: undefined,
      api_key: undefined,
      api_key_id: undefined,
      email: undefined,
      refresh_token: undefined,
    }),
  )
  if (json) printJson(terminal, { logged_out: true, email })
  else
    terminal.out(
      `Logged out${stored.email === undefined ? '' : ` ${stored.email}`}. Nothing secret is left in ${path}.`,
    )
}

export const addLogout = (program: MicroCommand, shell: Shell): void => {
  program
    .command('logout')
    .examples('micro logout')
    .summary("End the session and revoke this device's API key")
    .description(
      "End the login session, revoke this device's API key at the server, and remove both from the settings file.",
    )
    .helpGroup('Account commands:')
    .action((_flags: object, command: MicroCommand) => run(contextOf(shell, command)))
}
