import { parseTimestamp } from '@micro/kernel'
import { describe, expect, test } from 'vitest'
import {
  authenticateSetup,
  cancelSetupIntent,
  challengeSetup,
  createSetupIntent,
  declineSetup,
  failAuthentication,
  NEXT,
  succeedSetup,
  updateSetupIntent,
  type SetupCommand,
  type SetupIntent,
} from './setup-intent.ts'

const now = parseTimestamp('2026-03-01T00:00:00Z')!
const fresh = createSetupIntent(
  { id: 'seti_1', merchant: 'acct_a', mode: 'test', clientSecret: 'seti_1_secret_x', now },
  {},
  { metadata: {}, paymentMethod: null },
)
const error = { type: 'card_error', code: 'card_declined', message: 'No.' } as const
const intentIn = (status: SetupIntent['status']): SetupIntent => ({
  ...fresh,
  status,
  payment_method: status === 'requires_payment_method' ? null : 'pm_1',
  authentication: status === 'requires_action' ? 'authn_1' : null,
  next_action:
    status === 'requires_action' ? { type: 'use_stripe_sdk', use_stripe_sdk: { type: 'x', stripe_js: 'y' } } : null,
})
const change = {
  customer: undefined,
  paymentMethod: undefined,
  description: undefined,
  metadata: {},
  requestThreeDSecure: undefined,
}
const confirmed = { attempt: 'setatt_1', paymentMethod: 'pm_1' }
const commands: Record<SetupCommand, (intent: SetupIntent) => SetupIntent> = {
  update: (intent) => updateSetupIntent(intent, { ...change, paymentMethod: 'pm_2' }),
  confirm: (intent) => succeedSetup(intent, confirmed),
  challenge: (intent) => challengeSetup(intent, { ...confirmed, authentication: 'authn_2', url: 'https://bank' }),
  decline: (intent) => declineSetup(intent, 'setatt_1', error),
  cancel: (intent) => cancelSetupIntent(intent, 'abandoned'),
  authenticate: authenticateSetup,
  fail_authentication: (intent) => failAuthentication(intent, error),
}

describe('every command in every status does what the table says', () => {
  for (const status of Object.keys(NEXT) as SetupIntent['status'][])
    for (const command of Object.keys(commands) as SetupCommand[]) {
      const next = NEXT[status][command]
      const attempt = () => commands[command](intentIn(status))
      if (next === null)
        test(`${command} refuses ${status}`, () =>
          expect(attempt).toThrowError(
            expect.objectContaining({
              code: 'setup_intent_unexpected_state',
              detail: expect.objectContaining({ setup_intent: expect.objectContaining({ id: 'seti_1' }) }),
            }),
          ))
      else
        test(`${command} makes ${status} ${next}, and a challenge waits only in requires_action`, () => {
          const intent = attempt()
          expect(intent.status).toBe(next)
          expect(intent.next_action !== null).toBe(next === 'requires_action')
          expect(intent.authentication !== null).toBe(next === 'requires_action')
          expect(intent.payment_method === null).toBe(
            next === 'requires_payment_method' || (command === 'cancel' && status === 'requires_payment_method'),
          )
        })
    }
})

test('what it is about may be noted in every status', () => {
  for (const status of Object.keys(NEXT) as SetupIntent['status'][])
    expect(updateSetupIntent(intentIn(status), { ...change, description: 'x', metadata: { a: 'b' } })).toEqual({
      ...intentIn(status),
      description: 'x',
      metadata: { a: 'b' },
    })
})

test('with a return_url the holder is led to a page and back, without one the shop shows it', () => {
  const given = { ...confirmed, authentication: 'authn_2', url: 'https://bank' }
  expect(challengeSetup({ ...fresh, return_url: 'https://shop' }, given).next_action).toEqual({
    type: 'redirect_to_url',
    redirect_to_url: { return_url: 'https://shop', url: 'https://bank' },
  })
  expect(challengeSetup(fresh, given).next_action).toEqual({
    type: 'use_stripe_sdk',
    use_stripe_sdk: { type: 'three_d_secure_redirect', stripe_js: 'https://bank' },
  })
})
