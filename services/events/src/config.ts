/** How the events service runs. Times in milliseconds. */
export interface EventsConfig {
  /** Rows taken from an outbox at once. */
  readonly batchMax: number
  /** How long a reader that fell silent keeps an outbox from others. */
  readonly leaseMs: number
  /** How often an outbox is looked at when nothing rings. */
  readonly pollMs: number
}

/** The configuration of an installation whose environment says nothing else. */
export const defaultEventsConfig: EventsConfig = Object.freeze({ batchMax: 500, leaseMs: 5_000, pollMs: 1_000 })

const settings = [
  { name: 'batchMax', variable: 'MICRO_EVENTS_BATCH', min: 1, max: 1_000 },
  { name: 'leaseMs', variable: 'MICRO_EVENTS_LEASE_MS', min: 1_000, max: 60_000 },
  { name: 'pollMs', variable: 'MICRO_EVENTS_POLL_MS', min: 50, max: 60_000 },
] as const satisfies readonly { name: keyof EventsConfig; variable: string; min: number; max: number }[]

/** Reads the service's settings. @throws Error that names every setting that is wrong. */
export const readEventsConfig = (env: Readonly<Record<string, string | undefined>>): EventsConfig => {
  const wrong: string[] = []
  const config = { ...defaultEventsConfig }
  for (const { name, variable, min, max } of settings) {
    const text = env[variable]
    if (text === undefined || text === '') continue
    const value = Number(text)
    if (/^\d{1,9}$/.test(text) && value >= min && value <= max) config[name] = value
    else wrong.push(`${variable} must be a whole number from ${min} to ${max}, got '${text}'`)
  }
  if (wrong.length > 0) throw new Error(`The events service cannot start: ${wrong.join('; ')}.`)
  return Object.freeze(config)
}
