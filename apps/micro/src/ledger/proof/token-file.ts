import { Failure } from '../../shell/failure.ts'
import { textOf } from '../../shell/input.ts'
import type { Context } from '../../shell/shell.ts'

const fileBytesMax = 64 * 1024 * 1024
const token = /^[\w-]+\.[\w-]+\.[\w-]+$/

const memberOf = (text: string): string | undefined => {
  try {
    const value = JSON.parse(text) as { token?: unknown } | null
    return typeof value?.token === 'string' ? value.token : undefined
  } catch {
    return undefined
  }
}

/** The newest checkpoint of a file: its token alone, or as JSON; one, or one a line, of which the last proves all before. */
const tokenIn = (text: string): string | undefined => {
  const last = text.trim().split('\n').at(-1)?.trim() ?? ''
  const found = memberOf(text) ?? memberOf(last) ?? last
  return token.test(found) ? found : undefined
}

/** @throws Failure when there is none in it, or it cannot be read */
export const readToken = async (path: string, context: Pick<Context, 'stdin'>): Promise<string> => {
  const found = tokenIn(await textOf(path, context, fileBytesMax))
  if (found === undefined)
    throw new Failure(`${path} holds no checkpoint. Make one with: micro ledger checkpoint > checkpoint.txt`)
  return found
}
