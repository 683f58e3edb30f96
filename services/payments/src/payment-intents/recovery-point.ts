const kinds = ['intent', 'charge', 'capture'] as const
type Kind = (typeof kinds)[number]

/** How far the work under an idempotency key had come: the intent exists, or a charge or a capture of it was begun. */
export interface RecoveryPoint {
  readonly kind: Kind
  /** Of a capture its charge's. */
  readonly id: string
}

export const intentPoint = (id: string): string => `intent:${id}`
export const chargePoint = (id: string): string => `charge:${id}`
export const capturePoint = (charge: string): string => `capture:${charge}`

export const parseRecoveryPoint = (text: string | null | undefined): RecoveryPoint | undefined => {
  const [name, id] = (text ?? '').split(':', 2)
  const kind = kinds.find((each) => each === name)
  return kind === undefined || id === undefined || id === '' ? undefined : { kind, id }
}
