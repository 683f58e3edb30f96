export { defaultEventsConfig, readEventsConfig, type EventsConfig } from './config.ts'
export { hiddenFromPeople } from './hidden.ts'
export { eventsService, type EventsDependencies } from './service.ts'
export type { Source } from './ingest/ingest.events.ts'
