import { Fault } from '@micro/kernel'

/** Whether some text can be a price's id at all; whatever else is asked for is unknown without asking PostgreSQL. */
export const isPriceId = (text: string): boolean => /^price_[0-9A-Za-z]{1,64}$/.test(text)

/** An unknown id and another tenant's answer exactly alike. */
export const priceMissing = (id: string): Fault => new Fault('resource_missing', { resource: 'price', id, param: 'id' })
