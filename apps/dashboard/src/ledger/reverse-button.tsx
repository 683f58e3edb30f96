import type { LedgerTransaction } from '@micro/contracts'
import { useState } from 'react'
import { AskDialog } from '../act/ask-dialog.tsx'
import { useAct } from '../act/use-act.ts'
import { Button } from '../ui/button.tsx'
import { amountText } from './amount.ts'
import { movedBy } from './columns.ts'
import { reverse, type Scales } from './ledger.data.ts'
import { Once } from './once.tsx'
import { whyNotReversed } from './reversal.ts'

interface Reversed {
  readonly transaction: LedgerTransaction
  readonly scales: Scales
}

const ReverseDialog = ({ transaction, scales, onClose }: Reversed & { onClose: () => void }) => {
  const doing = useAct('reverse', ({ mode }) => reverse(mode, transaction.id), onClose, 'ledger')
  return (
    <AskDialog title="Reverse this transaction?" verb="Reverse it" look="danger" {...{ doing, onClose }}>
      <p>
        Its opposite is posted as a transaction of its own:{' '}
        {movedBy(transaction.entries)
          .map(({ currency, amount }) => amountText(amount, { currency, scale: scales[currency] ?? 0 }))
          .join(', ')}{' '}
        goes back. Both stay, and each names the other. A transaction is reversed once, and a reversal stays.
      </p>
      <Once mode={doing.mode} />
    </AskDialog>
  )
}

/** Asks for the opposite of a transaction to be posted; where that cannot be, it says why. */
export const ReverseButton = ({ transaction, scales }: Reversed) => {
  const [asked, setAsked] = useState(false)
  const why = whyNotReversed(transaction)
  if (why !== undefined) return <p className="text-sm text-soft">{why}</p>
  return (
    <>
      {transaction.reversed_by === null && <Button onClick={() => setAsked(true)}>Reverse</Button>}
      {asked && <ReverseDialog {...{ transaction, scales }} onClose={() => setAsked(false)} />}
    </>
  )
}
