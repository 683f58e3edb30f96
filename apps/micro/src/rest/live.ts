import { confirm, isCancel } from '@clack/prompts'
import { credentialFailure, Failure, usageFailure } from '../shell/failure.ts'
import type { Context } from '../shell/shell.ts'
import { requireApiKey } from '../session/api.ts'
import type { Settings } from '../settings/settings.ts'

/** What a request is about to do, and what was said of it. */
export interface Intent {
  /** It changes something. */
  readonly isWrite: boolean
  /** For the question: `POST /v1/refunds`. */
  readonly what: string
  readonly live: boolean
  /** Asked already. */
  readonly sure: boolean
}

export const isLive = (key: string): boolean => key.startsWith('sk_live_') || key.startsWith('rk_live_')

const liveKeyOf = ({ apiKey, stored, storedApplies }: Settings): string => {
  if (apiKey !== undefined && isLive(apiKey.value)) return apiKey.value
  const kept = storedApplies ? stored.liveApiKey : undefined
  if (kept !== undefined) return kept
  throw credentialFailure(
    'There is no live API key to use. Give one as MICRO_API_KEY, or keep one with: micro config set live_api_key -',
  )
}

/** Asks on the terminal. @throws Failure when the answer is no, or nobody is there to ask */
export const askToGoOn = async ({ stdin }: Pick<Context, 'stdin'>, question: string): Promise<void> => {
  if (stdin.isTTY !== true) throw usageFailure(`${question} There is no terminal to ask on; add --yes to go on.`)
  const answer = await confirm({ message: question, initialValue: false, input: stdin, output: process.stderr })
  if (isCancel(answer) || !answer) throw new Failure('Cancelled; nothing was changed.')
}

/**
 * The key for a request. Live money is moved only by who says --live, and says yes to it: a live key that is still in the
 * environment is no such word. @throws Failure
 */
export const keyFor = async (context: Context, settings: Settings, intent: Intent): Promise<string> => {
  const key = intent.live ? liveKeyOf(settings) : requireApiKey(settings)
  if (!intent.isWrite || !isLive(key)) return key
  if (!intent.live) throw usageFailure('The API key in use is a live one. Add --live to work in live mode.')
  if (!intent.sure) await askToGoOn(context, `${intent.what} in live mode, with real money?`)
  return key
}
