import { describe, expect, test } from 'vitest'
import { newEndpointSecret, standardWebhookHeaders } from './index.ts'

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const message = {
  secrets: [secret],
  id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  timestamp: 1_614_265_330,
  payload: '{"test": 2432232314}',
}

describe('the headers of Standard Webhooks', () => {
  test('are those that its own libraries make', () =>
    expect(standardWebhookHeaders(message)).toEqual({
      'webhook-id': message.id,
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    }))

  test('bear a signature for each secret, the newest first', () => {
    const signature = standardWebhookHeaders({ ...message, secrets: [newEndpointSecret(), secret] })[
      'webhook-signature'
    ]
    expect(signature.split(' ')).toHaveLength(2)
    expect(signature).toMatch(/^v1,[\w+/=]{44} v1,g0hM9SsE/)
  })

  for (const [what, over] of [
    ['payload', { payload: '{"test": 2432232315}' }],
    ['time', { timestamp: 1_614_265_331 }],
    ['id', { id: 'msg_p5jXN8AQM9LWM0D4loKWxJel' }],
  ] as const)
    test(`change with the ${what}`, () =>
      expect(standardWebhookHeaders({ ...message, ...over })['webhook-signature']).not.toContain('g0hM9SsE'))

  test('are made for no id that could be read as another id and time', () =>
    expect(() => standardWebhookHeaders({ ...message, id: 'msg.1614265330' })).toThrow('letters'))
})

test('an endpoint secret is new each time, and base64 of 24 bytes', () => {
  const secrets = Array.from({ length: 200 }, newEndpointSecret)
  expect(new Set(secrets).size).toBe(200)
  for (const each of secrets) {
    expect(each).toMatch(/^whsec_[0-9A-Za-z]{32}$/)
    expect(Buffer.from(each.slice(6), 'base64')).toHaveLength(24)
  }
})
