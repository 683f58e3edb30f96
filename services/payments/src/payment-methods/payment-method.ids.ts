import { Fault } from '@micro/kernel'

/** Whether some text can be a payment method's id at all; whatever else is asked for is unknown without asking PostgreSQL. */
export const isPaymentMethodId = (text: string): boolean => /^pm_[0-9A-Za-z]{1,64}$/.test(text)

/** An unknown id and another tenant's answer exactly alike. */
export const paymentMethodMissing = (id: string, param = 'payment_method'): Fault =>
  new Fault('resource_missing', { resource: 'PaymentMethod', id, param })
