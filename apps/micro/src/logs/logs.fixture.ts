import type { RequestLog } from '@micro/contracts'

/** A request of the log; of later ones the id is greater, too. */
export const requestOf = (at: number, over: Partial<RequestLog> = {}): RequestLog => ({
  id: `req_${String(at).padStart(6, '0')}`,
  object: 'request_log',
  created: 1_800_000_000 + at,
  livemode: false,
  method: 'GET',
  path: `/v1/charges/ch_${at}`,
  status: 200,
  ip: '127.0.0.1',
  source: 'api',
  key_id: 'key_1',
  route: '/v1/charges/:id',
  duration_ms: 12.5,
  idempotency_key: null,
  error: null,
  ...over,
})
