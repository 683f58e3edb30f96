import type { WebhookTest } from '@micro/contracts'
import { useState } from 'react'
import { useAct } from '../act/use-act.ts'
import { Badge } from '../ui/badge.tsx'
import { Button } from '../ui/button.tsx'
import { Card } from '../ui/card.tsx'
import { Problem } from '../ui/problem.tsx'
import { Answer } from './exchange.tsx'
import { testEndpoint } from './webhooks.data.ts'

const Outcome = ({ event_type, result }: WebhookTest) => (
  <div className="grid gap-3">
    <p className="flex flex-wrap items-center gap-x-3 gap-y-1">
      <Badge tone={result.delivered ? 'good' : 'bad'}>{result.delivered ? 'Delivered' : 'Not delivered'}</Badge>
      <span>
        {event_type}, in {result.duration_ms} ms
      </span>
    </p>
    <Answer {...{ result }} />
  </div>
)

/** Sends an endpoint an event that is kept nowhere, and shows what it answers. */
export const TestEvent = ({ endpoint }: { endpoint: string }) => {
  const [outcome, setOutcome] = useState<WebhookTest>()
  const { act, busy, error } = useAct(endpoint, ({ mode }) => testEndpoint(mode, endpoint), setOutcome, 'webhooks')
  return (
    <Card
      title="Try it"
      aside={
        <Button onClick={act} busy={busy}>
          Send test event
        </Button>
      }
    >
      <div aria-live="polite">
        {error !== null ? (
          <Problem error={error} onAgain={act} />
        ) : outcome === undefined ? (
          <p className="text-soft">A webhook_endpoint.ping is sent at once, and what is answered shows here.</p>
        ) : (
          <Outcome {...outcome} />
        )}
      </div>
    </Card>
  )
}
