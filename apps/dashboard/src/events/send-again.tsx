import type { Event } from '@micro/contracts'
import { useState } from 'react'
import { AskDialog } from '../act/ask-dialog.tsx'
import { useAct } from '../act/use-act.ts'
import { Button } from '../ui/button.tsx'
import { retryEvent } from '../webhooks/webhooks.data.ts'

const Ask = ({ event: { id, type }, onClose }: { event: Event; onClose: () => void }) => {
  const doing = useAct(id, ({ mode }) => retryEvent(mode, id), onClose, 'webhooks')
  return (
    <AskDialog title="Send it to all endpoints?" verb="Send it" {...{ doing, onClose }}>
      <p>
        Every enabled endpoint that asks for <code className="font-mono text-sm break-words">{type}</code> is sent it
        now, those made since among them, and those that had it already once more. Receivers know repeats by the event’s
        id.
      </p>
      {doing.mode === 'live' && <p className="font-semibold text-bad">This is live: your real servers get it.</p>}
    </AskDialog>
  )
}

/** Sends an event to every endpoint that asks for it, once somebody said that it is meant. */
export const SendAgain = ({ event }: { event: Event }) => {
  const [asked, setAsked] = useState(false)
  return (
    <>
      <Button onClick={() => setAsked(true)}>Send to all endpoints</Button>
      {asked && <Ask {...{ event }} onClose={() => setAsked(false)} />}
    </>
  )
}
