import { exactNumber, Fault, parseInteger } from '@micro/kernel'

/** An amount of minor units, of either sign or 0. @throws Fault parameter_invalid */
export const parseUnits = (given: number | string, param: string): bigint => {
  // A number past 2^53 − 1 has been rounded already, by whoever made it a number.
  const units = typeof given === 'number' && !Number.isSafeInteger(given) ? undefined : parseInteger(String(given))
  if (units === undefined)
    throw new Fault('parameter_invalid', { param, reason: `must be a whole number of minor units, got ${given}` })
  return units
}

type Twins<Name extends string, Text> = Readonly<Record<Name, number | null>> & Readonly<Record<`${Name}_str`, Text>>

/** An amount under its name, null where a JSON number would not be exact, and beside it as text, which always is. */
export const twins = <Name extends string, Value extends bigint | null>(
  name: Name,
  value: Value,
): Twins<Name, Value extends bigint ? string : string | null> =>
  ({
    [name]: value === null ? null : exactNumber(value),
    [`${name}_str`]: value === null ? null : String(value),
  }) as Twins<Name, Value extends bigint ? string : string | null>
