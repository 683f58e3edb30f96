import { Fault } from '@micro/kernel'

/** Whether some text can be a customer's id at all; whatever else is asked for is unknown without asking PostgreSQL. */
export const isCustomerId = (text: string): boolean => /^cus_[0-9A-Za-z]{1,64}$/.test(text)

/** An unknown id and another tenant's answer exactly alike. */
export const customerMissing = (id: string): Fault =>
  new Fault('resource_missing', { resource: 'customer', id, param: 'id' })
