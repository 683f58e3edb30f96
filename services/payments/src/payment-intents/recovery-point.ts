/** How far the work under an idempotency key had come: the intent exists, or a charge of it was begun. */
export type RecoveryPoint =
  | { readonly kind: 'intent'; readonly id: string }
  | { readonly kind: 'charge'; readonly id: string }

export const intentPoint = (id: string): string => `intent:${id}`
export const chargePoint = (id: string): string => `charge:${id}`

export const parseRecoveryPoint = (text: string | null | undefined): RecoveryPoint | undefined => {
  const match = /^(intent|charge):(.+)$/.exec(text ?? '')
  if (match === null) return undefined
  return { kind: match[1] === 'intent' ? 'intent' : 'charge', id: match[2] ?? '' }
}
