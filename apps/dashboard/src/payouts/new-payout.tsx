import type { Balance } from '@micro/contracts'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useAct } from '../act/use-act.ts'
import { ActDialog } from '../payments/act-dialog.tsx'
import { useAmount } from '../payments/use-amount.tsx'
import { Choice, Field } from '../ui/field.tsx'
import { moneyText } from '../ui/money.ts'
import { createPayout } from './payouts.data.ts'

// The test banks that show the most, of docs/test-cards.md.
const banks = {
  btok_us_verified: 'Takes it',
  btok_us_noAccount: 'Knows no such account',
  btok_us_accountClosed: 'Has closed the account',
} as const

type Available = Balance['available'][number]

const Form = ({
  available,
  onClose,
  choice,
}: {
  available: Available
  onClose: () => void
  choice: React.ReactNode
}) => {
  const navigate = useNavigate()
  const { amount, field } = useAmount(available.amount, available.currency)
  const [destination, setDestination] = useState<string>('btok_us_verified')
  const [description, setDescription] = useState('')
  const body = {
    amount: amount ?? 0,
    currency: available.currency,
    destination,
    ...(description === '' ? {} : { description }),
  }
  const doing = useAct(
    JSON.stringify(body),
    (act) => createPayout(act, body),
    ({ id }) => void navigate({ to: '/payouts/$id', params: { id } }),
  )
  return (
    <ActDialog
      title="New test payout"
      verb={amount === undefined ? 'Pay out' : `Pay out ${moneyText(amount, available.currency)}`}
      ready={amount !== undefined}
      {...{ doing, onClose }}
    >
      {choice}
      {field}
      <Choice
        label="Test bank"
        value={destination}
        hint="It arrives after two days of the test clock."
        onChange={({ target }) => setDestination(target.value)}
      >
        {Object.entries(banks).map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </Choice>
      <Field
        label="Description"
        maxLength={1000}
        value={description}
        onChange={({ target }) => setDescription(target.value)}
      />
    </ActDialog>
  )
}

/** Pays out what is available, of one currency. */
export const NewPayout = ({ available, onClose }: { available: readonly Available[]; onClose: () => void }) => {
  const [currency, setCurrency] = useState(available[0]?.currency)
  const chosen = available.find((each) => each.currency === currency)
  if (chosen === undefined) return null
  const choice = available.length > 1 && (
    <Choice label="Currency" value={currency} onChange={({ target }) => setCurrency(target.value)}>
      {available.map((each) => (
        <option key={each.currency} value={each.currency}>
          {each.currency.toUpperCase()}
        </option>
      ))}
    </Choice>
  )
  return <Form key={chosen.currency} available={chosen} {...{ choice, onClose }} />
}
