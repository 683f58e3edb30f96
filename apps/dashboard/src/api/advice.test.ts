import { expect, test } from 'vitest'
import { adviceFor } from './advice.ts'
import { Refusal } from './call.ts'

const refusal = (status: number, code?: string, retryAfter?: string) =>
  new Refusal({
    status,
    error: code === undefined ? {} : { code },
    ...(retryAfter === undefined ? {} : { headers: new Headers({ 'retry-after': retryAfter }) }),
  })

for (const [name, error, remedy, again] of [
  ['no connection', refusal(0, 'unreachable'), 'micro up', true],
  ['a wrong password', refusal(401, 'login_invalid'), 'Check both', false],
  ['an ended session', refusal(401), 'sign in', false],
  ['an id of the other mode', refusal(404, 'resource_missing'), 'other mode', false],
  ['a second verification', refusal(409, 'verification_running'), 'Wait until', true],
  ['a token that is no checkpoint', refusal(400, 'checkpoint_invalid'), 'Paste the whole', false],
  ['a door that is closed', refusal(403, 'registration_closed'), 'an invitation', false],
  ['an invitation of somebody else', refusal(400, 'invitation_invalid'), 'ask for a new one', false],
  ['a page for operators', refusal(403, 'operator_required'), 'Ask one of them', false],
  ['a way that is overheard', refusal(403, 'live_requires_tls'), 'by https', false],
  ['the last operator', refusal(400, 'operator_last'), 'somebody else', false],
  ['two cookies of one name', refusal(401, 'cookie_twice'), 'Delete the cookies', false],
  ['an event that has left', refusal(404, 'event_gone'), 'by its own id', false],
  ['an endpoint that is disabled', refusal(400, 'webhook_endpoint_disabled'), 'Enable it', false],
  ['a payout of more than there is', refusal(400, 'balance_insufficient'), 'Pay out less', false],
  ['a payout that left', refusal(400, 'payout_unexpected_state'), 'Load the page again', false],
  ['a dispute that was answered', refusal(400, 'dispute_unexpected_state'), 'Load the page again', false],
  ['too much evidence', refusal(400, 'evidence_too_large'), 'Shorten it', false],
  ['too many requests', refusal(429, 'rate_limit', '7'), 'Wait 7 s', true],
  ['a service that is down', refusal(503, 'upstream_unavailable'), 'Try again', true],
  ['a refusal of what was entered', refusal(400, 'amount_too_small'), 'Change', false],
  ['a fault of the dashboard itself', new TypeError('x is undefined'), 'Load the page again', true],
] as const)
  test(`of ${name} it is said what to do`, () => {
    const advice = adviceFor(error)
    expect(advice.remedy).toContain(remedy)
    expect(advice.again).toBe(again)
  })
