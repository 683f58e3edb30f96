import type { PaymentMethod } from '@micro/contracts'
import { useState } from 'react'
import { AskDialog } from '../act/ask-dialog.tsx'
import { useAct } from '../act/use-act.ts'
import { useMode } from '../mode/mode.ts'
import { CardChoice } from '../payments/card-choice.tsx'
import { testCards } from '../payments/test-cards.ts'
import { Badge } from '../ui/badge.tsx'
import { Button } from '../ui/button.tsx'
import { Card } from '../ui/card.tsx'
import { Time } from '../ui/time.tsx'
import { attachMethod, detachMethod } from './customers.data.ts'

const cardText = ({ type, card }: PaymentMethod): string =>
  card === undefined ? type : `${card.brand} ···· ${card.last4}, ${card.exp_month}/${card.exp_year}`

const Attach = ({ customer, onClose }: { customer: string; onClose: () => void }) => {
  const [method, setMethod] = useState<string>(testCards[0].method)
  const doing = useAct(method, (act) => attachMethod(act, method, customer), onClose)
  return (
    <AskDialog title="Add a test card" verb="Add card" {...{ doing, onClose }}>
      <CardChoice chosen={method} onChoose={setMethod} />
    </AskDialog>
  )
}

const Detach = ({ method, onClose }: { method: PaymentMethod; onClose: () => void }) => {
  const doing = useAct(method.id, (act) => detachMethod(act, method.id), onClose)
  return (
    <AskDialog title="Remove this card?" verb="Remove card" look="danger" {...{ doing, onClose }}>
      <p>{cardText(method)} can be charged no more, here or anywhere else. This cannot be taken back.</p>
    </AskDialog>
  )
}

const Row = ({ method, isDefault }: { method: PaymentMethod; isDefault: boolean }) => {
  const [asked, setAsked] = useState(false)
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-1 border-t border-line px-4 py-2.5 first:border-0">
      <div className="min-w-0 grow">
        <p className="flex flex-wrap items-center gap-2 font-medium">
          {cardText(method)}
          {isDefault && <Badge tone="accent">Default</Badge>}
        </p>
        <p className="text-sm break-words text-soft">
          <code className="font-mono">{method.id}</code> · added <Time at={method.created} as="brief" />
        </p>
      </div>
      <Button onClick={() => setAsked(true)} aria-label={`Remove ${cardText(method)}`}>
        Remove
      </Button>
      {asked && <Detach {...{ method }} onClose={() => setAsked(false)} />}
    </li>
  )
}

/** What a customer pays with. */
export const Methods = ({
  customer,
  methods,
  chosen,
}: {
  customer: string
  methods: readonly PaymentMethod[]
  /** The one that is their default. */
  chosen: string | undefined
}) => {
  const isTest = useMode() === 'test'
  const [adding, setAdding] = useState(false)
  return (
    <Card
      title="Payment methods"
      flush
      aside={isTest && <Button onClick={() => setAdding(true)}>Add a test card</Button>}
    >
      {methods.length === 0 ? (
        <p className="px-4 pt-1 pb-4 text-soft">
          None yet. A payment with <code className="font-mono text-sm">setup_future_usage</code> keeps the card it was
          paid with.
        </p>
      ) : (
        <ul aria-label="Payment methods, newest first">
          {methods.map((method) => (
            <Row key={method.id} {...{ method }} isDefault={method.id === chosen} />
          ))}
        </ul>
      )}
      {adding && <Attach {...{ customer }} onClose={() => setAdding(false)} />}
    </Card>
  )
}
