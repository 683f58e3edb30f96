import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { Refusal } from '../api/call.ts'
import { Choice, Field } from '../ui/field.tsx'
import { moneyText, parseMoney } from '../ui/money.ts'
import { ActDialog } from './act-dialog.tsx'
import { CardChoice } from './card-choice.tsx'
import { confirm, create } from './payments.data.ts'
import { testCards } from './test-cards.ts'
import { useAct } from '../act/use-act.ts'

const offered = ['usd', 'eur', 'gbp', 'jpy', 'kwd'] as const

/** Pays with a card of the simulator, and opens what came of it: a decline is shown there as well. */
export const NewPayment = ({ onClose }: { onClose: () => void }) => {
  const navigate = useNavigate()
  const [typed, setTyped] = useState('20.00')
  const [currency, setCurrency] = useState<string>('usd')
  const [method, setMethod] = useState<string>(testCards[0].method)
  const [manual, setManual] = useState(false)
  const amount = parseMoney(typed, currency)
  const doing = useAct(
    JSON.stringify([amount, currency, method, manual]),
    async ({ mode, idempotencyKey }) => {
      const { id } = await create(
        { mode, idempotencyKey: `${idempotencyKey}-create` },
        {
          amount: amount ?? 0,
          currency,
          capture_method: manual ? 'manual' : 'automatic',
          description: 'Made in the dashboard',
        },
      )
      const return_url = `${location.origin}/dashboard/payments/${id}`
      const confirming = { mode, idempotencyKey: `${idempotencyKey}-confirm` }
      await confirm(confirming, id, { payment_method: method, return_url }).catch((error: unknown) => {
        // A decline is an answer, and the payment's page tells of it.
        if (!(error instanceof Refusal && error.status === 402)) throw error
      })
      return id
    },
    (id) => void navigate({ to: '/payments/$id', params: { id } }),
  )
  return (
    <ActDialog
      title="New test payment"
      verb={amount === undefined ? 'Pay' : `Pay ${moneyText(amount, currency)}`}
      ready={amount !== undefined && amount > 0}
      {...{ doing, onClose }}
    >
      <div className="grid grid-cols-[1fr_7rem] gap-3">
        <Field
          label="Amount"
          inputMode="decimal"
          value={typed}
          wrong={amount === undefined ? `Write it as ${currency === 'jpy' ? '2000' : '20.00'}.` : undefined}
          onChange={({ target }) => setTyped(target.value)}
        />
        <Choice label="Currency" value={currency} onChange={({ target }) => setCurrency(target.value)}>
          {offered.map((each) => (
            <option key={each} value={each}>
              {each.toUpperCase()}
            </option>
          ))}
        </Choice>
      </div>
      <CardChoice chosen={method} onChoose={setMethod} />
      <label className="flex gap-2">
        <input type="checkbox" checked={manual} onChange={({ target }) => setManual(target.checked)} />
        Only authorise it, to capture it later
      </label>
    </ActDialog>
  )
}
