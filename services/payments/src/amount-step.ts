import { amountStep, Fault } from '@micro/kernel'

interface Asked {
  readonly currency: string
  /** What the amount has to be a multiple of; without one, what cards move. */
  readonly step?: bigint
  /** What the caller names it. */
  readonly param?: string
}

/** Whether an amount in minor units can be moved in its currency. @throws Fault parameter_invalid */
export const checkAmountStep = (
  amount: bigint,
  { currency, step = amountStep(currency), param = 'amount' }: Asked,
): void => {
  if (amount % step === 0n) return
  const zeros = String(step).slice(1)
  throw new Fault('parameter_invalid', { param, reason: `amounts in ${currency} must end in ${zeros}` })
}
