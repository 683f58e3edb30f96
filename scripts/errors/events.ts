import type { Explanation } from './explanation.ts'

/** Of events, and where they are sent. */
export const eventExplanations = {
  webhook_url_refused: {
    when: 'Nothing may be sent to this address: a private network, a port of Micro’s own, no https in live mode.',
    remedy:
      'Give a public https address. To this machine, `micro listen` forwards; networks of yours are named in `MICRO_WEBHOOK_NETWORKS`.',
  },
  webhook_endpoints_too_many: {
    when: 'There are as many endpoints of this mode as there may be.',
    remedy: 'Delete one that nobody uses: `micro webhooks list`.',
  },
  webhook_endpoint_disabled: {
    when: 'The endpoint was switched off.',
    remedy: 'Mend the server, update it with `disabled=false`, then send again what it missed.',
  },
  unknown_cursor: {
    when: 'There is no event behind which the stream could go on: one of another merchant, or of a time before a restore.',
    remedy: 'Begin without a cursor, which is from now on, or behind an event that `GET /v1/events` still lists.',
  },
  cursor_no_longer_kept: {
    when: 'Events are kept for `MICRO_EVENTS_RETENTION_DAYS`, and those behind this cursor have left.',
    remedy:
      'Go on where the message says, behind which all is kept, or from now on; what happened between is in the objects themselves.',
  },
  event_no_longer_kept: {
    when: 'A list was to go on from an event that has left.',
    remedy: 'List newest first, without the cursor. The objects are still there.',
  },
  event_gone: {
    when: 'The event is older than those that are kept.',
    remedy: 'Retrieve the object that it told of.',
  },
  dead_letter_refused: {
    when: 'What a service wrote could not become an event, and still cannot. Only operators meet this.',
    remedy: 'Upgrade if the version is mixed; else report it, with the message.',
  },
} as const satisfies Readonly<Record<string, Explanation>>
