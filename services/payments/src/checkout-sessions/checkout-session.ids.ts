import type { Mode } from '@micro/contracts'
import { Fault, type NewId } from '@micro/kernel'

/** Whether some text can be a session's id at all; whatever else is asked for is unknown without asking PostgreSQL. */
export const isSessionId = (text: string): boolean => /^cs_(test|live)_[0-9A-Za-z]{24}$/.test(text)

/** 95 bits of it are random: it is in the address of the session's page, and whoever has that may pay. */
export const newSessionId = (mode: Mode, newId: NewId): string =>
  `cs_${mode}_${newId('checkout_session').slice('cs_'.length)}`

/** An unknown id and another tenant's answer exactly alike. */
export const sessionMissing = (id: string): Fault =>
  new Fault('resource_missing', { resource: 'checkout.session', id, param: 'session' })
