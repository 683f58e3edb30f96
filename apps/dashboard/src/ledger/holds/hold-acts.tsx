import type { LedgerHold } from '@micro/contracts'
import { useState } from 'react'
import { AskDialog } from '../../act/ask-dialog.tsx'
import { useAct } from '../../act/use-act.ts'
import { Button } from '../../ui/button.tsx'
import { Field } from '../../ui/field.tsx'
import { decimalWith } from '../../ui/money.ts'
import { amountText, parseAmount } from '../amount.ts'
import type { Scales } from '../ledger.data.ts'
import { Once } from '../once.tsx'
import { heldBy, isOpen, takesAmount } from './hold.ts'
import { captureHold, releaseHold } from './holds.data.ts'

interface Asked {
  readonly hold: LedgerHold
  readonly scales: Scales
  readonly onClose: () => void
}

const leftText = ({ hold, scales }: Omit<Asked, 'onClose'>): string =>
  heldBy(hold, 'remaining')
    .map(({ currency, amount }) => amountText(amount, { currency, scale: scales[currency] ?? 0 }))
    .join(', ')

/** An amount that was typed, up to what is left; undefined when it is none. */
const useAmount = ({ hold, scales }: Omit<Asked, 'onClose'>) => {
  const [{ currency, amount: max } = { currency: '', amount: 0n }] = heldBy(hold, 'remaining')
  const unit = { currency, scale: scales[currency] ?? 0 }
  const [typed, setTyped] = useState(() => decimalWith(max, unit.scale))
  const read = parseAmount(typed, unit.scale)
  const amount = read !== undefined && read <= max ? read : undefined
  // Of fewer decimals, three digits behind a comma are refused by themselves.
  const pointed = unit.scale >= 3 ? ' Decimals stand behind a point.' : ''
  const field = (
    <Field
      label={`Amount in ${currency.toUpperCase()}`}
      inputMode="decimal"
      value={typed}
      wrong={amount === undefined ? `An amount up to ${amountText(max, unit)}.${pointed}` : undefined}
      hint={`Up to ${amountText(max, unit)}.${pointed}`}
      onChange={({ target }) => setTyped(target.value)}
    />
  )
  return { amount, isPart: amount !== undefined && amount < max, text: amount && amountText(amount, unit), field }
}

const CaptureDialog = ({ hold, scales, onClose }: Asked) => {
  const { amount, isPart, text, field } = useAmount({ hold, scales })
  const [final, setFinal] = useState(true)
  const byAmount = takesAmount(hold)
  const body = byAmount && isPart && amount !== undefined ? { amount: String(amount), final } : {}
  const doing = useAct(
    JSON.stringify(body),
    ({ mode, idempotencyKey }) => captureHold(mode, hold.id, { ...body, reference_id: idempotencyKey }),
    onClose,
    'ledger',
  )
  return (
    <AskDialog
      title="Capture this hold?"
      verb={byAmount && text !== undefined ? `Capture ${text}` : 'Capture'}
      ready={!byAmount || amount !== undefined}
      {...{ doing, onClose }}
    >
      <p>What is held is posted: {leftText({ hold, scales })} is left of it.</p>
      {byAmount ? field : <p>It is between more than two accounts, so that all that is left is captured.</p>}
      {byAmount && isPart && (
        <label className="flex items-center gap-2">
          <input type="checkbox" checked={final} onChange={({ target }) => setFinal(target.checked)} />
          Give the rest back
        </label>
      )}
      <Once mode={doing.mode} />
    </AskDialog>
  )
}

const ReleaseDialog = ({ hold, scales, onClose }: Asked) => {
  const doing = useAct('release', ({ mode }) => releaseHold(mode, hold.id), onClose, 'ledger')
  return (
    <AskDialog title="Release this hold?" verb="Release" look="danger" {...{ doing, onClose }}>
      <p>{leftText({ hold, scales })} is given back to the accounts it was held on. A hold that ended stays ended.</p>
      <Once mode={doing.mode} />
    </AskDialog>
  )
}

const dialogs = { capture: CaptureDialog, release: ReleaseDialog } as const

/** What can be done with a hold now, each behind a question. */
export const HoldActs = ({ hold, scales }: Pick<Asked, 'hold' | 'scales'>) => {
  const [asked, setAsked] = useState<keyof typeof dialogs>()
  const Asking = asked && dialogs[asked]
  const close = (): void => setAsked(undefined)
  if (!isOpen(hold)) return Asking === undefined ? null : <Asking {...{ hold, scales }} onClose={close} />
  return (
    <div className="flex flex-wrap gap-2">
      <Button look="primary" onClick={() => setAsked('capture')}>
        Capture
      </Button>
      <Button onClick={() => setAsked('release')}>Release</Button>
      {Asking && <Asking {...{ hold, scales }} onClose={close} />}
    </div>
  )
}
