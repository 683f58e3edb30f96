import type { Client } from '@micro/client'
import type { eventsApi } from '@micro/contracts'

/** Where sessions are remembered, which is the events service. */
export type CliSessions = Pick<
  Client<typeof eventsApi>,
  'openCliSession' | 'resumeCliSession' | 'saveCliSession' | 'readCliResends'
>
