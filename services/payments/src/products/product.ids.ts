import { Fault } from '@micro/kernel'

/** Whether some text can be a product's id at all, which may be the merchant's choice. */
export const isProductId = (text: string): boolean => /^[0-9A-Za-z_-]{1,255}$/.test(text)

/** An unknown id and another tenant's answer exactly alike. */
export const productMissing = (id: string): Fault =>
  new Fault('resource_missing', { resource: 'product', id, param: 'id' })
