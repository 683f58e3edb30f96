import { Fault } from '@micro/kernel'

/** Whether some text can be a dispute's id at all; whatever else is asked for is unknown without asking PostgreSQL. */
export const isDisputeId = (text: string): boolean => /^dp_[0-9A-Za-z]{1,64}$/.test(text)

/** An unknown id and another tenant's answer exactly alike. */
export const disputeMissing = (id: string): Fault =>
  new Fault('resource_missing', { resource: 'dispute', id, param: 'id' })
