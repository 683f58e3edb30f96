import { currencyChoice } from '../payments/currencies.ts'
import { Choice, Field } from '../ui/field.tsx'
import { decimalOf, parseMoney } from '../ui/money.ts'

/** What was typed as a price. */
export interface TypedPrice {
  readonly typed: string
  readonly currency: string
}

/** The price that was typed, in minor units; undefined when it is none. */
export const priceOf = ({ typed, currency }: TypedPrice): number | undefined => parseMoney(typed, currency)

/** An amount and its currency. */
export const PriceFields = ({ price, onChange }: { price: TypedPrice; onChange: (price: TypedPrice) => void }) => (
  <div className="grid grid-cols-[1fr_7rem] gap-3">
    <Field
      label="Price"
      inputMode="decimal"
      value={price.typed}
      wrong={priceOf(price) === undefined ? `Write it as ${decimalOf(2000, price.currency)}.` : undefined}
      onChange={({ target }) => onChange({ ...price, typed: target.value })}
    />
    <Choice
      label="Currency"
      value={price.currency}
      onChange={({ target }) => onChange({ ...price, currency: target.value })}
    >
      {currencyChoice.map((each) => (
        <option key={each} value={each}>
          {each.toUpperCase()}
        </option>
      ))}
    </Choice>
  </div>
)
