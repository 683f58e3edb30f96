import { Fault, type NewId } from '@micro/kernel'

/** Whether some text can be an intent's id at all; whatever else is asked for is unknown without asking PostgreSQL. */
export const isIntentId = (text: string): boolean => /^pi_[0-9A-Za-z]{1,64}$/.test(text)

/** An unknown id and another tenant's answer exactly alike. */
export const intentMissing = (id: string, param = 'intent'): Fault =>
  new Fault('resource_missing', { resource: 'payment_intent', id, param })

// 95 bits of it are random: whoever knows the intent's id still cannot guess it.
export const newClientSecret = (id: string, newId: NewId): string =>
  `${id}_secret_${newId('payment_intent').slice('pi_'.length)}`
