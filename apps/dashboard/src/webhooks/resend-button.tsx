import type { WebhookDelivery } from '@micro/contracts'
import { useAct } from '../act/use-act.ts'
import { Button } from '../ui/button.tsx'
import { Problem } from '../ui/problem.tsx'
import { resend } from './webhooks.data.ts'

/** Sends one delivery again now. Receivers know repeats by the event's id, so that nothing has to be asked. */
export const ResendButton = ({ delivery: { id, event_type } }: { delivery: WebhookDelivery }) => {
  const { act, busy, error } = useAct(
    id,
    ({ mode }) => resend(mode, id),
    () => {},
    'webhooks',
  )
  return (
    <>
      <Button onClick={act} busy={busy} aria-label={`Resend ${event_type}`}>
        Resend
      </Button>
      {error !== null && (
        <div className="basis-full">
          <Problem error={error} onAgain={act} />
        </div>
      )}
    </>
  )
}
