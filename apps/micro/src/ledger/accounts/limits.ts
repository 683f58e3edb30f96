import type { MicroCommand } from '../../shell/command.ts'
import { usageFailure } from '../../shell/failure.ts'
import { readAmount } from '../money.ts'

export interface LimitFlags {
  readonly minAvailable?: string
  readonly maxBalance?: string
}

/** Flags of the limits; `none` lifts one. */
export const withLimitFlags = (command: MicroCommand): MicroCommand =>
  command
    .option('--min-available <amount>', 'what must stay available, such as 0 or 250.00; none for no limit')
    .option('--max-balance <amount>', 'what the balance may reach, such as 1000; none for no limit')

const limitOf = (flag: string, text: string | undefined, scale: number): string | null | undefined => {
  if (text === undefined) return undefined
  if (text === 'none') return null
  const amount = readAmount(text, scale)
  if (amount === undefined)
    throw usageFailure(`${flag} must be none or an amount with up to ${scale} decimal digits, got '${text}'.`)
  return String(amount)
}

/** The limits as the API takes them, in minor units. @throws Failure (2) */
export const limitsOf = ({ minAvailable, maxBalance }: LimitFlags, scale: number) => ({
  min_available: limitOf('--min-available', minAvailable, scale),
  max_balance: limitOf('--max-balance', maxBalance, scale),
})
