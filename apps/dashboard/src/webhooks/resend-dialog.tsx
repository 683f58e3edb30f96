import type { WebhookEndpoint } from '@micro/contracts'
import { systemClock, unixSeconds } from '@micro/kernel/clock'
import { useState } from 'react'
import { useAct } from '../act/use-act.ts'
import { Choice, Field } from '../ui/field.tsx'
import { momentIn, typedMoment } from '../ui/moment.ts'
import { AskDialog } from '../act/ask-dialog.tsx'
import { resendMany } from './webhooks.data.ts'

const daySeconds = 86_400
const kinds = {
  failed: 'What was given up',
  missing: 'What it never got, from before it was made too',
  all: 'Everything, also what got through',
} as const

const countText = ({ count, has_more }: { count: number; has_more: boolean }): string => {
  if (count === 0) return 'Nothing is like that. Choose an earlier time, or more than what was given up.'
  const events = count === 1 ? '1 event' : `${count} events`
  return has_more
    ? `The first ${events} would be sent again; there are more, for afterwards.`
    : `${events} would be sent.`
}

/** Sends an endpoint again what it did not get since a time: it counts before it sends. */
export const ResendMany = ({ endpoint: { id }, onClose }: { endpoint: WebhookEndpoint; onClose: () => void }) => {
  const [since, setSince] = useState(() => typedMoment(unixSeconds(systemClock.now()) - daySeconds))
  const [which, setWhich] = useState<keyof typeof kinds>('failed')
  const gte = momentIn(since)
  const body = { webhook_endpoint: id, which, ...(gte === undefined ? {} : { created: { gte } }) }
  const content = JSON.stringify(body)
  const [counted, setCounted] = useState<{ content: string; count: number; has_more: boolean }>()
  // A count of something else says nothing.
  const current = counted?.content === content ? counted : undefined
  const counting = useAct(
    content,
    ({ mode }) => resendMany(mode, { ...body, dry_run: true }),
    (found) => setCounted({ content, ...found }),
    'webhooks',
  )
  const sending = useAct(content, ({ mode }) => resendMany(mode, body), onClose, 'webhooks')
  const verb = current === undefined || current.count === 0 ? 'Count them' : `Send ${current.count} again`
  return (
    <AskDialog
      title="Resend several"
      verb={verb}
      ready={gte !== undefined}
      doing={verb === 'Count them' ? counting : sending}
      onClose={onClose}
    >
      <Choice
        label="What"
        value={which}
        hint="What waits for its next try is sent by itself."
        onChange={({ target }) => setWhich(target.value as keyof typeof kinds)}
      >
        {Object.entries(kinds).map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </Choice>
      <Field
        label="Of events since"
        type="datetime-local"
        required
        value={since}
        wrong={gte === undefined ? 'A day and a time.' : undefined}
        hint="In your time zone."
        onChange={({ target }) => setSince(target.value)}
      />
      <p role="status" className="min-h-6 font-medium">
        {current && countText(current)}
      </p>
    </AskDialog>
  )
}
