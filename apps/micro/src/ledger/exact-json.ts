import { Failure } from '../shell/failure.ts'

/** JavaScript's own numbers would round them: what is not exact stays text, which the API takes for an amount too. */
const exact = (_key: string, value: unknown, context?: { readonly source?: string }): unknown => {
  if (typeof value !== 'number' || context?.source === undefined) return value
  const { source } = context
  if (/^-?\d+$/.test(source)) return Number.isSafeInteger(value) ? value : source
  if (Number.isInteger(value) || !Number.isFinite(value))
    throw new Failure(`${source} is not written as a whole number`)
  return value
}

/** Reads JSON without rounding any number in it. @throws Failure saying what is wrong, as a clause */
export const readExactJson = (text: string): unknown => {
  try {
    return JSON.parse(text, exact)
  } catch (error) {
    if (error instanceof Failure) throw error
    throw new Failure('it is not valid JSON', { cause: error })
  }
}
