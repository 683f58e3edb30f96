import { Fault } from '@micro/kernel'

/** Whether some text can be a setup intent's id at all; whatever else is asked for is unknown without asking PostgreSQL. */
export const isSetupIntentId = (text: string): boolean => /^seti_[0-9A-Za-z]{1,64}$/.test(text)

/** An unknown id and another tenant's answer exactly alike. */
export const setupIntentMissing = (id: string): Fault =>
  new Fault('resource_missing', { resource: 'setupintent', id, param: 'intent' })
