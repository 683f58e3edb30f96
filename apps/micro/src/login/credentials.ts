import { isCancel, password as askPassword, text as askText } from '@clack/prompts'
import { Failure, usageFailure } from '../shell/failure.ts'

const passwordBytesMax = 4096

export interface CredentialOptions {
  readonly email: string | undefined
  readonly passwordFromStdin: boolean
  /** Offered for the email, to be taken over with Enter. */
  readonly lastEmail: string | undefined
  readonly stdin: NodeJS.ReadStream
}

// Prompts go to standard error: what stands on standard output is data.
const output = process.stderr

const answered = (answer: string | symbol): string => {
  if (isCancel(answer)) throw new Failure('Cancelled; nothing was changed.')
  return answer as string
}

const required = (value: string | undefined): string | undefined =>
  value === undefined || value.trim() === '' ? 'This is needed.' : undefined

/** Everything up to the end, but for one line end: spaces belong to the password. */
const readPassword = async (stdin: NodeJS.ReadStream): Promise<string> => {
  const pieces: Buffer[] = []
  let bytes = 0
  for await (const piece of stdin as AsyncIterable<Buffer>) {
    bytes += piece.length
    if (bytes > passwordBytesMax) throw usageFailure('What arrived on standard input is too long for a password.')
    pieces.push(piece)
  }
  const password = Buffer.concat(pieces)
    .toString('utf8')
    .replace(/\r?\n$/, '')
  if (password === '') throw usageFailure('No password arrived on standard input.')
  return password
}

const ask = async ({ email, lastEmail, stdin }: CredentialOptions): Promise<{ email: string; password: string }> => {
  if (stdin.isTTY !== true)
    throw usageFailure(
      'There is no terminal to ask on. Use: micro login --email you@example.com --password-stdin, or by a browser: micro login',
    )
  const initial = lastEmail === undefined ? {} : { initialValue: lastEmail }
  const given =
    email ?? answered(await askText({ message: 'Email', validate: required, input: stdin, output, ...initial }))
  const password = answered(await askPassword({ message: 'Password', validate: required, input: stdin, output }))
  return { email: given.trim(), password }
}

/** Asks for what the flags did not bring; the password is never shown, and never taken from the command line. @throws Failure */
export const readCredentials = async (options: CredentialOptions): Promise<{ email: string; password: string }> => {
  if (!options.passwordFromStdin) return ask(options)
  if (options.email === undefined) throw usageFailure('--password-stdin needs --email too.')
  return { email: options.email.trim(), password: await readPassword(options.stdin) }
}
