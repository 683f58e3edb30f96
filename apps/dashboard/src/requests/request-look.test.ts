import type { ApiKey } from '@micro/contracts'
import { describe, expect, test } from 'vitest'
import { errorWord, madeBy, toneOf } from './request-look.ts'

const key = { id: 'key_1', name: null, type: 'secret', environment: 'test', truncated_key: 'sk_test_…Ab12' } as ApiKey

describe('who made a request is told by what is known of the key', () => {
  for (const [request, keys, want] of [
    [{ key_id: 'key_1', source: 'api' }, [key], 'sk_test_…Ab12'],
    [{ key_id: 'key_1', source: 'api' }, [{ ...key, name: 'Shop' }], 'Shop (sk_test_…Ab12)'],
    [{ key_id: 'key_1', source: 'api' }, [], 'key_1'],
    [{ key_id: null, source: 'dashboard' }, [key], 'the dashboard'],
  ] as const)
    test(want, () => expect(madeBy(request, keys)).toBe(want))
})

for (const [status, want] of [
  [200, 'good'],
  [404, 'warn'],
  [503, 'bad'],
] as const)
  test(`${status} looks ${want}`, () => expect(toneOf(status)).toBe(want))

test('of an error the most telling word is shown', () => {
  const error = {
    type: 'card_error',
    code: 'card_declined',
    decline_code: null,
    message: null,
    param: null,
    charge: null,
  }
  expect(errorWord({ error })).toBe('card_declined')
  expect(errorWord({ error: { ...error, decline_code: 'fraudulent' } })).toBe('fraudulent')
  expect(errorWord({ error: null })).toBeNull()
})
