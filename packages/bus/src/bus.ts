/**
 * A doorbell between services. At most once, by design: a message may be lost, so nothing may depend on one arriving;
 * every subscriber also looks for itself now and then.
 */
export interface Bus<Messages extends object> {
  /** Returns at once; delivery failures are never the publisher's concern. */
  publish<T extends keyof Messages & string>(topic: T, message: Messages[T]): void
  /** Handlers run apart from the publisher; what they throw is reported to the bus, not to the publisher. */
  subscribe<T extends keyof Messages & string>(topic: T, handler: (message: Messages[T]) => void): Unsubscribe
  /** Whether messages can pass right now; for health, never a reason to hold back a message. */
  status(): BusStatus
  /** Prompt, even when what carries the messages is away. */
  close(): Promise<void>
}

export type BusStatus = 'ready' | 'away' | 'closed'

export type Unsubscribe = () => void
