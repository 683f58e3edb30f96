import type { LoggedRequest } from '@micro/contracts'
import { describe, expect, test } from 'vitest'
import { logMessage, passes, readFilters } from './request-log.ts'

const request: LoggedRequest = {
  request_id: 'req_1',
  created: 1_700_000_000,
  livemode: false,
  method: 'POST',
  path: '/v1/payment_intents',
  status: 402,
  ip: '127.0.0.1',
  source: 'API',
  key_id: 'key_1',
  route: '/v1/payment_intents',
  error: { type: 'card_error', charge: 'ch_1', code: 'card_declined', decline_code: '', message: 'No.', param: '' },
}

describe('a request passes', () => {
  for (const [filters, want] of [
    ['', true],
    ['{}', true],
    ['{"filter_http_method":["GET","POST"]}', true],
    ['{"filter_http_method":["GET"]}', false],
    ['{"filter_http_method":[]}', true],
    ['{"filter_status_code_type":["400"]}', true],
    ['{"filter_status_code_type":["500"]}', false],
    ['{"filter_status_code":["402"]}', true],
    ['{"filter_status_code":["404"]}', false],
    ['{"filter_request_status":["failed"]}', true],
    ['{"filter_request_status":["SUCCEEDED"]}', false],
    ['{"filter_request_path":["/v1/payment_intents"]}', true],
    ['{"filter_request_path":["/v1"]}', false],
    ['{"filter_request_path":["/v1/pay*"]}', true],
    ['{"filter_route":["/v1/payment_intents"]}', true],
    ['{"filter_route":["/v1/payment_intents/:id"]}', false],
    ['{"filter_key_id":["key_1"]}', true],
    ['{"filter_key_id":["key_2"]}', false],
    ['{"filter_source":["dashboard"]}', false],
    ['{"filter_ip_address":["127.0.0.1"]}', true],
    ['{"filter_account":["connect_in"]}', false],
    ['{"filter_account":["self"],"filter_source":["API"]}', true],
    ['{"filter_http_method":["POST"],"filter_status_code":["200"]}', false],
  ] as const)
    test(`${filters === '' ? 'no filter' : filters}: ${want}`, () =>
      expect(passes(readFilters(filters), request)).toBe(want))
})

describe('filters that cannot be are refused, since more would be shown than was asked for', () => {
  for (const text of [
    '{',
    '[]',
    'null',
    '1',
    '{"filter_moon":["full"]}',
    '{"filter_source":"API"}',
    '{"__proto__":["x"]}',
  ])
    test(text, () => expect(() => readFilters(text)).toThrow(/filters/))
})

test('the command line is told of a request in its own words', () => {
  const message = JSON.parse(logMessage(request)) as { type: string; request_log_id: string; event_payload: string }
  expect(message).toMatchObject({ type: 'request_log_event', request_log_id: 'resp_1' })
  expect(JSON.parse(message.event_payload)).toEqual({
    created_at: 1_700_000_000,
    livemode: false,
    method: 'POST',
    request_id: 'req_1',
    status: 402,
    url: '/v1/payment_intents',
    error: {
      type: 'card_error',
      charge: 'ch_1',
      code: 'card_declined',
      decline_code: '',
      message: 'No.',
      param: '',
      error_insight: '',
    },
  })
})
