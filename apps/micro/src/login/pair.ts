import { hostname } from 'node:os'
import { setTimeout as pause } from 'node:timers/promises'
import { ApiError, sendRaw } from '@micro/client'
import type { Tokens } from '@micro/contracts'
import { showInBrowser } from '../open/browser.ts'
import { judge } from '../rest/send.ts'
import { transportOptions, type Access } from '../session/api.ts'
import { isPassing } from '../shell/backoff.ts'
import { Failure } from '../shell/failure.ts'
import type { Context } from '../shell/shell.ts'
import { printable } from '../shell/terminal.ts'

interface Pairing {
  readonly browser_url: string
  readonly poll_url: string
  readonly verification_code: string
}

interface Redeemed {
  readonly redeemed: boolean
  readonly session?: Tokens
}

/** The server waits a while itself before it says "not yet". */
const pollMs = 1_000

const ask = async <T>(access: Access, method: 'GET' | 'POST', path: string, body?: object): Promise<T> => {
  const answer = await sendRaw(transportOptions(access), {
    method,
    path,
    headers: { accept: 'application/json', ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  judge(answer)
  return JSON.parse(answer.text) as T
}

/** @throws Failure when nobody let the device in before the pairing was over */
const untilLetIn = async (access: Access, path: string): Promise<Tokens> => {
  for (;;) {
    const { session, redeemed } = await ask<Redeemed>(access, 'GET', path).catch((error: unknown): Redeemed => {
      if (isPassing(error)) return { redeemed: false }
      if (error instanceof ApiError && error.status === 404)
        throw new Failure('Nobody let this device in within 15 minutes. Begin anew with: micro login', { cause: error })
      throw error
    })
    if (session !== undefined) return session
    if (redeemed) throw new Failure('The server gave no session: it is older than this command line.')
    await pause(pollMs)
  }
}

/**
 * Logs in by a page in the browser, where one compares the words that are shown here. The page is opened where somebody
 * sits before a screen; its address is printed in any case, for a browser elsewhere.
 */
export const logInByBrowser = async (context: Context, access: Access): Promise<Tokens> => {
  const { terminal, environment, stdin } = context
  const pairing = await ask<Pairing>(access, 'POST', '/stripecli/auth', { device_name: hostname(), gives: 'session' })
  terminal.err(`Your words to compare are: ${printable(pairing.verification_code)}`)
  const opened =
    stdin.isTTY === true &&
    environment.screen &&
    (await showInBrowser(pairing.browser_url, environment.inherited['SystemRoot']))
  terminal.err(
    `${opened ? 'A browser opens. If it does not, open' : 'Open'} this page, compare the words and log in there:\n\n  ${pairing.browser_url}\n`,
  )
  terminal.err('Waiting for that. (^C to quit; without a browser: micro login --interactive)')
  return untilLetIn(access, new URL(pairing.poll_url).pathname)
}
