import { hostname } from 'node:os'
import { setTimeout as pause } from 'node:timers/promises'
import { ApiError, sendRaw } from '@micro/client'
import type { Tokens } from '@micro/contracts'
import { showInBrowser } from '../open/browser.ts'
import { judge } from '../rest/send.ts'
import { authClient, transportOptions, type Access } from '../session/api.ts'
import { isPassing } from '../shell/backoff.ts'
import { Failure } from '../shell/failure.ts'
import type { Context } from '../shell/shell.ts'
import { printable } from '../shell/terminal.ts'

interface Pairing {
  readonly browser_url: string
  readonly verification_code: string
  /** What to ask with. A server that is older has it in an address instead. */
  readonly token?: string
}

/** The server waits a while itself before it says "not yet". */
const pollMs = 1_000

const begin = async (access: Access): Promise<Pairing> => {
  const answer = await sendRaw(transportOptions(access), {
    method: 'POST',
    path: '/stripecli/auth',
    headers: { accept: 'application/json', 'content-type': 'application/json' },
    body: JSON.stringify({ device_name: hostname(), gives: 'session' }),
  })
  judge(answer)
  return JSON.parse(answer.text) as Pairing
}

/** @throws Failure when somebody refused the device, or nobody let it in before the pairing was over */
const untilLetIn = async (access: Access, token: string): Promise<Tokens> => {
  const auth = authClient(access)
  for (;;) {
    const { session } = await auth.redeemSessionPairing({ body: { token } }).catch((error: unknown) => {
      if (isPassing(error)) return { session: undefined }
      if (error instanceof ApiError && error.status === 404)
        throw new Failure('This device was refused, or not let in within 15 minutes. Begin anew with: micro login', {
          cause: error,
        })
      throw error
    })
    if (session !== undefined) return session
    await pause(pollMs)
  }
}

/**
 * Logs in by a page in the browser, where one types, or compares, the words that are shown here. The page is opened where somebody
 * sits before a screen; its address is printed in any case, for a browser elsewhere.
 */
export const logInByBrowser = async (context: Context, access: Access): Promise<Tokens> => {
  const { terminal, environment, stdin } = context
  const pairing = await begin(access)
  if (pairing.token === undefined)
    throw new Failure('The server is older than this command line: use micro login --interactive.')
  terminal.err(`Your words to compare are: ${printable(pairing.verification_code)}`)
  const opened =
    stdin.isTTY === true &&
    environment.screen &&
    (await showInBrowser(pairing.browser_url, environment.inherited['SystemRoot']))
  terminal.err(
    `${opened ? 'A browser opens. If it does not, open' : 'Open'} this page, log in there, and compare the words or type them:\n\n  ${pairing.browser_url}\n`,
  )
  terminal.err('Waiting for that. (^C to quit; without a browser: micro login --interactive)')
  return untilLetIn(access, pairing.token)
}
