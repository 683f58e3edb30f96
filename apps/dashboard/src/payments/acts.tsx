import type { PaymentIntent } from '@micro/contracts'
import { useState } from 'react'
import { Button } from '../ui/button.tsx'
import { Choice } from '../ui/field.tsx'
import { moneyText } from '../ui/money.ts'
import { ActDialog } from './act-dialog.tsx'
import { cancel, capture, refund } from './payments.data.ts'
import type { Acts } from './status.ts'
import { useAct } from '../act/use-act.ts'
import { useAmount } from './use-amount.tsx'

interface Asked {
  readonly intent: PaymentIntent
  /** The most there is. */
  readonly max: number
  readonly onClose: () => void
}

const refundReasons = {
  requested_by_customer: 'The customer asked',
  duplicate: 'Paid twice',
  fraudulent: 'Fraud',
} as const
type RefundReason = keyof typeof refundReasons

const RefundDialog = ({ intent: { id, currency }, max, onClose }: Asked) => {
  const { amount, field } = useAmount(max, currency)
  const [reason, setReason] = useState<RefundReason>('requested_by_customer')
  const body = { payment_intent: id, ...(amount === undefined ? {} : { amount }), reason }
  const doing = useAct(JSON.stringify(body), (act) => refund(act, body), onClose)
  return (
    <ActDialog
      title="Refund this payment?"
      verb={amount === undefined ? 'Refund' : `Refund ${moneyText(amount, currency)}`}
      look="danger"
      ready={amount !== undefined}
      {...{ doing, onClose }}
    >
      <p>The money goes back to the card, and leaves your balance. This cannot be taken back.</p>
      {field}
      <Choice label="Reason" value={reason} onChange={({ target }) => setReason(target.value as RefundReason)}>
        {Object.entries(refundReasons).map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </Choice>
    </ActDialog>
  )
}

const CaptureDialog = ({ intent: { id, currency }, max, onClose }: Asked) => {
  const { amount, field } = useAmount(max, currency)
  const body = amount === undefined ? {} : { amount_to_capture: amount }
  const doing = useAct(JSON.stringify(body), (act) => capture(act, id, body), onClose)
  return (
    <ActDialog
      title="Capture this payment?"
      verb={amount === undefined ? 'Capture' : `Capture ${moneyText(amount, currency)}`}
      ready={amount !== undefined}
      {...{ doing, onClose }}
    >
      <p>What was authorised is taken from the card. The rest, if you take less, is given back.</p>
      {field}
    </ActDialog>
  )
}

const CancelDialog = ({ intent: { id, amount, currency }, onClose }: Asked) => {
  const doing = useAct('cancel', (act) => cancel(act, id, { cancellation_reason: 'requested_by_customer' }), onClose)
  return (
    <ActDialog title="Cancel this payment?" verb="Cancel the payment" look="danger" {...{ doing, onClose }}>
      <p>
        Nothing of the {moneyText(amount, currency)} will be charged; what was authorised is given back. A canceled
        payment cannot be paid any more.
      </p>
    </ActDialog>
  )
}

const dialogs = { refund: RefundDialog, capture: CaptureDialog, cancel: CancelDialog } as const

/** What can be done with a payment now, each behind a question. */
export const ActButtons = ({ intent, acts }: { intent: PaymentIntent; acts: Acts }) => {
  const [asked, setAsked] = useState<{ kind: keyof typeof dialogs; max: number }>()
  const Asking = asked && dialogs[asked.kind]
  return (
    <div className="flex flex-wrap gap-2">
      {acts.capturable > 0 && (
        <Button look="primary" onClick={() => setAsked({ kind: 'capture', max: acts.capturable })}>
          Capture
        </Button>
      )}
      {acts.refundable > 0 && (
        <Button onClick={() => setAsked({ kind: 'refund', max: acts.refundable })}>Refund</Button>
      )}
      {acts.cancelable && <Button onClick={() => setAsked({ kind: 'cancel', max: 0 })}>Cancel</Button>}
      {asked && Asking && <Asking intent={intent} max={asked.max} onClose={() => setAsked(undefined)} />}
    </div>
  )
}
