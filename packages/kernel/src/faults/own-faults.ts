import { later, type FaultSpec } from './fault-spec.ts'

/** What is not the fault of the caller, and may pass. */
export const ownFaults = {
  ledger_busy: later(503, 'The ledger is busy. Nothing was recorded; try again.'),
  upstream_unavailable: later(503, 'The {service} service is unavailable right now. Try again shortly.'),
  upstream_timeout: later(
    504,
    'The {service} service did not answer in time. It may have done what was asked: repeat the request with the same idempotency key.',
  ),
  processor_events_waiting: later(
    503,
    'Too much of what this processor told waits to be looked at. Nothing was received; tell it again later.',
  ),
  shutting_down: later(503, 'The server is shutting down. Try again shortly.'),
  internal: later(
    500,
    'An unexpected error happened on our side. Nothing was lost; quote the request id when you report it.',
  ),
} as const satisfies Record<string, FaultSpec>
