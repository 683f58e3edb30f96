import { Failure } from '../shell/failure.ts'
import { inputName, textOf } from '../shell/input.ts'
import type { Context } from '../shell/shell.ts'
import { readExactJson } from './exact-json.ts'

/** More than any transaction takes. */
const fileBytesMax = 4 * 1024 * 1024

/** What is to be recorded, as JSON from a file. @throws Failure when it is not one object, or has numbers that are not exact */
export const objectOf = async (file: string, context: Context, what: 'transaction' | 'hold'): Promise<object> => {
  const text = await textOf(file, context, fileBytesMax)
  try {
    const body = readExactJson(text)
    if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body
  } catch (error) {
    if (error instanceof Failure)
      throw new Failure(`${inputName(file)} cannot be used: ${error.message}.`, { cause: error })
    throw error
  }
  const hint = what === 'transaction' ? '; for many, use: micro ledger import' : ''
  throw new Failure(`${inputName(file)} must hold one ${what} as a JSON object${hint}`)
}

/** Says that what follows is not there. */
export const tellOfDryRun = ({ terminal }: Context, { status }: { readonly status: string }): void => {
  if (status === 'dry_run') terminal.err('Nothing was recorded. This is what would be:')
}
