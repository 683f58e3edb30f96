import { bad, type FaultSpec } from './fault-spec.ts'

/** Events, and where they are sent. */
export const eventFaults = {
  webhook_url_refused: { ...bad('Invalid {param}: {reason}.'), publicCode: 'url_invalid' },
  webhook_endpoints_too_many: bad(
    'You have {limit} webhook endpoints in {mode} mode, which is the most there may be. Delete one you no longer use.',
  ),
  webhook_endpoint_disabled: bad(
    "Webhook endpoint '{endpoint}' is disabled, so nothing is sent there. Enable it first: update it with disabled=false.",
  ),
  unknown_cursor: bad('The stream cannot go on from this cursor. {reason}'),
  cursor_no_longer_kept: {
    ...bad('The stream cannot go on from this cursor. {reason}'),
    publicCode: 'event_no_longer_kept',
  },
  event_no_longer_kept: bad(
    "The event '{id}' has left: of yours all before number {first} are no longer kept. List without {param}, newest first, and go no further back than that.",
  ),
  event_gone: {
    ...bad(
      "No such event: '{id}'. It would be older than those that are kept: of yours all before number {first} have left.",
      404,
    ),
    publicCode: 'resource_missing',
  },
  dead_letter_refused: bad('It cannot become an event, still: {reason}.'),
} as const satisfies Record<string, FaultSpec>
