import { isLive, keyFor } from '../rest/live.ts'
import type { Settings } from '../settings/settings.ts'
import { Failure } from '../shell/failure.ts'
import type { Context } from '../shell/shell.ts'

/** What was said of live money. */
export interface LiveFlags {
  readonly live?: boolean
  readonly yes?: boolean
}

/** Commands that bring or take the key themselves. */
const ofKeys: ReadonlySet<string | undefined> = new Set(['login', 'logout', 'config'])

/**
 * The key that is handed over. What is done with it is not known here, so a live one is taken for a change: only who says
 * --live, and yes to it, hands it over. Undefined when there is none to hand over. @throws Failure
 */
export const keyToHandOver = async (
  context: Context,
  settings: Settings,
  args: readonly string[],
  { live = false, yes = false }: LiveFlags,
): Promise<string | undefined> => {
  if (ofKeys.has(args[0])) return undefined
  const key = settings.apiKey?.value
  if (!live && (key === undefined || !isLive(key))) return key
  return keyFor(context, settings, { isWrite: true, what: "Work with Stripe's command line", live, sure: yes })
}

/**
 * There is no unix socket to lead it over on Windows, and no way to start it without a shell that reads what was typed
 * once more. @throws Failure there
 */
export const checkPlatform = (platform: NodeJS.Platform): void => {
  if (platform === 'win32')
    throw new Failure(
      "On Windows run Stripe's command line itself: stripe --api-base http://127.0.0.1:8080 …, with STRIPE_API_KEY set to a key of Micro. See docs/guides/stripe-cli.md.",
    )
}
