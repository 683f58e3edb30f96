import { useState } from 'react'
import { Field } from '../ui/field.tsx'
import { decimalOf, moneyText, parseMoney } from '../ui/money.ts'

/** An amount that was typed, up to the most there is; undefined when it is none. In minor units. */
export const useAmount = (max: number, currency: string) => {
  const [typed, setTyped] = useState(decimalOf(max, currency))
  const read = parseMoney(typed, currency)
  const amount = read !== undefined && read > 0 && read <= max ? read : undefined
  const wrong = amount === undefined ? `An amount up to ${moneyText(max, currency)}.` : undefined
  const field = (
    <Field
      label={`Amount in ${currency.toUpperCase()}`}
      inputMode="decimal"
      value={typed}
      wrong={wrong}
      hint={`Up to ${moneyText(max, currency)}.`}
      onChange={({ target }) => setTyped(target.value)}
    />
  )
  return { amount, field }
}
