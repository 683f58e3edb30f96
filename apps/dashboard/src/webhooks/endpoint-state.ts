import type { WebhookEndpoint } from '@micro/contracts'
import type { Tone } from '../ui/badge.tsx'

const reasons: Readonly<Record<NonNullable<WebhookEndpoint['disabled_reason']>, string>> = {
  requested: 'Somebody disabled it. Enable it to have events sent again.',
  failing: 'Nothing got through for five days, so it was disabled. Mend the server, then enable it.',
  gone: 'It answered 410 (gone), so it was disabled. Enable it if that was a mistake.',
}

type Judged = Pick<WebhookEndpoint, 'status' | 'disabled_reason' | 'failing_since'>

/** How an endpoint stands, in words; `remedy` where there is something to do. */
export const endpointState = ({
  status,
  disabled_reason,
  failing_since,
}: Judged): { text: string; tone: Tone; remedy?: string } => {
  if (status === 'disabled') return { text: 'Disabled', tone: 'calm', remedy: reasons[disabled_reason ?? 'requested'] }
  if (failing_since !== null)
    return {
      text: 'Failing',
      tone: 'bad',
      remedy: 'Nothing gets through. See below what it answers; once it is mended, resend what failed.',
    }
  return { text: 'Enabled', tone: 'good' }
}
