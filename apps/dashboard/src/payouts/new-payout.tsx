import type { Balance } from '@micro/contracts'
import { useNavigate } from '@tanstack/react-router'
import { useState, type ReactNode } from 'react'
import { useAct } from '../act/use-act.ts'
import { ActDialog } from '../payments/act-dialog.tsx'
import { useAmount } from '../payments/use-amount.tsx'
import { Button } from '../ui/button.tsx'
import { CommandLine } from '../ui/command.tsx'
import { Dialog } from '../ui/dialog.tsx'
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

const Form = ({ available, onClose, choice }: { available: Available; onClose: () => void; choice: ReactNode }) => {
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

const NothingAvailable = ({ onClose }: { onClose: () => void }) => (
  <Dialog title="Nothing is available yet" onClose={onClose}>
    <p>What was paid is pending for some days before it can be paid out. In test mode nobody waits for them:</p>
    <CommandLine command="./micro clock advance --by 7d" does="Put the test clock forward" />
    <div className="flex justify-end">
      <Button onClick={onClose}>Back</Button>
    </div>
  </Dialog>
)

/** Pays out what is available, of one currency. */
export const NewPayout = ({ available, onClose }: { available: readonly Available[]; onClose: () => void }) => {
  const [currency, setCurrency] = useState<string>()
  const chosen = available.find((each) => each.currency === currency) ?? available[0]
  if (chosen === undefined) return <NothingAvailable onClose={onClose} />
  const choice = available.length > 1 && (
    <Choice label="Currency" value={chosen.currency} onChange={({ target }) => setCurrency(target.value)}>
      {available.map((each) => (
        <option key={each.currency} value={each.currency}>
          {each.currency.toUpperCase()}
        </option>
      ))}
    </Choice>
  )
  return <Form key={chosen.currency} available={chosen} {...{ choice, onClose }} />
}
