import { hostname } from 'node:os'
import { ApiError } from '@micro/client'
import type { Tokens } from '@micro/contracts'
import { parseApiKey } from '@micro/signing'
import { authClient, type AuthClient } from '../session/api.ts'
import { endSession, isUnauthenticated, revokeKey } from '../session/session.ts'
import type { MicroCommand } from '../shell/command.ts'
import { exitCodeOf } from '../shell/exit-codes.ts'
import { Failure } from '../shell/failure.ts'
import { contextOf, printJson, type Context, type Shell } from '../shell/shell.ts'
import { updateSettingsFile } from '../settings/settings-file.ts'
import { sameGateway, type Login, type Settings } from '../settings/settings.ts'
import { readCredentials } from './credentials.ts'
import { logInByBrowser } from './pair.ts'

interface Flags {
  readonly email?: string
  readonly passwordStdin?: boolean
  readonly interactive?: boolean
}

interface DeviceKey {
  readonly value: string
  /** Undefined for a key that somebody wrote into the file: it is not ours to revoke. */
  readonly id: string | undefined
  readonly reused: boolean
}

/** The kind of key that logging in makes: a restricted one in the file would keep commands from working. */
const isDeviceKey = (text: string): boolean => {
  const key = parseApiKey(text)
  return key?.type === 'sk' && key.mode === 'test'
}

/** The key in the file, when it still works, for test mode, and for the account just logged in to. */
const reusableKey = async (settings: Settings, version: string, merchant: string): Promise<DeviceKey | undefined> => {
  const { stored, storedApplies, gatewayUrl } = settings
  if (stored.apiKey === undefined || !storedApplies || !isDeviceKey(stored.apiKey)) return undefined
  try {
    const owner = await authClient({ gatewayUrl, version, credential: stored.apiKey }).getMe({})
    return owner.merchant === merchant ? { value: stored.apiKey, id: stored.apiKeyId, reused: true } : undefined
  } catch (error) {
    if (isUnauthenticated(error)) return undefined
    throw error
  }
}

const createDeviceKey = async (session: AuthClient): Promise<DeviceKey> => {
  const name = `micro cli on ${hostname()}`.slice(0, 100)
  const { key, id } = await session.createApiKey({ body: { environment: 'test', name } })
  return { value: key, id, reused: false }
}

/** What the previous login left at its server would otherwise live on unseen. Nobody waits for a server that is gone. */
const endPrevious = async (previous: Login, fallbackUrl: string, version: string, kept: DeviceKey): Promise<void> => {
  const gatewayUrl = previous.gatewayUrl ?? fallbackUrl
  const { apiKey, apiKeyId, refreshToken } = previous
  const work = [
    ...(refreshToken === undefined ? [] : [endSession(gatewayUrl, version, refreshToken)]),
    ...(apiKey === undefined || apiKeyId === undefined || apiKey === kept.value
      ? []
      : [revokeKey(gatewayUrl, version, { id: apiKeyId, value: apiKey })]),
  ]
  await Promise.allSettled(work)
}

const logInByPassword = async (context: Context, settings: Settings, flags: Flags): Promise<Tokens> => {
  const credentials = await readCredentials({
    email: flags.email,
    passwordFromStdin: flags.passwordStdin === true,
    lastEmail: settings.stored.email,
    stdin: context.stdin,
  })
  try {
    return await authClient({ gatewayUrl: settings.gatewayUrl, version: context.version }).logIn({ body: credentials })
  } catch (error) {
    if (error instanceof ApiError && error.status < 500)
      throw new Failure(`Could not log in: ${error.message}`, { cause: error, exitCode: exitCodeOf(error) })
    throw error
  }
}

const warnOfPlainHttp = ({ terminal }: Context, gatewayUrl: string): void => {
  const { protocol, host, port } = new URL(gatewayUrl)
  const local = sameGateway(`${protocol}//${host}`, `http://localhost${port === '' ? '' : `:${port}`}`)
  if (protocol === 'http:' && !local)
    terminal.err(`Warning: ${gatewayUrl} is not encrypted; your password can be read on the way.`)
}

const run = async (context: Context, flags: Flags): Promise<void> => {
  const { terminal, version } = context
  const settings = await context.settings()
  const { gatewayUrl, stored } = settings
  warnOfPlainHttp(context, gatewayUrl)
  const asksHere = flags.interactive === true || flags.email !== undefined || flags.passwordStdin === true
  const tokens = asksHere
    ? await logInByPassword(context, settings, flags)
    : await logInByBrowser(context, { gatewayUrl, version })
  const session = authClient({ gatewayUrl, version, credential: tokens.token })
  const me = await session.getMe({})
  const key = (await reusableKey(settings, version, me.merchant)) ?? (await createDeviceKey(session))
  await updateSettingsFile(settings.path, () =>
    Promise.resolve({
      api_key: key.value,
      api_key_id: key.id,
      email: me.email,
      gateway_url: gatewayUrl,
      refresh_token: tokens.refresh_token,
    }),
  )
  await endPrevious(stored, gatewayUrl, version, key)
  if (context.json) {
    printJson(terminal, {
      email: me.email,
      merchant: me.merchant,
      api_key_id: key.id ?? null,
      api_key_reused: key.reused,
      gateway_url: gatewayUrl,
    })
    return
  }
  terminal.out(`Logged in as ${terminal.paint('bold', me.email)} at ${gatewayUrl}.`)
  terminal.out(
    `${key.reused ? 'This device keeps its' : 'This device has its own'} test API key, ending in ${key.value.slice(-4)}, in ${settings.path}.`,
  )
}

export const addLogin = (program: MicroCommand, shell: Shell): void => {
  program
    .command('login')
    .examples(
      'micro login',
      'micro login --interactive',
      'micro login --email dev@example.com --password-stdin < password.txt',
    )
    .summary('Log in, and give this device a test API key')
    .description(
      'Log in by a page in your browser, where you compare the words that are shown here; or, with --interactive, with your email and password on this terminal. This device gets a test API key of its own, kept in the settings file and revoked by "micro logout".',
    )
    .helpGroup('Account commands:')
    .option('-i, --interactive', 'ask for email and password here instead of opening a browser')
    .option('-e, --email <email>', 'log in with this email, and ask for the password here')
    .option('--password-stdin', 'read the password from standard input, for scripts; needs --email')
    .action((flags: Flags, command: MicroCommand) => run(contextOf(shell, command), flags))
}
