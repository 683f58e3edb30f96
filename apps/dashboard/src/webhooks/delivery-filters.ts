import type { WebhookDeliveryStatus } from '@micro/contracts'
import { periodIn, type Period } from '../ui/period.ts'

export const deliveryStatuses = ['pending', 'failed', 'delivered'] as const satisfies readonly WebhookDeliveryStatus[]

/** What of an endpoint's deliveries is shown, as it stands in the address. */
export interface DeliveryFilters {
  /** Their status. */
  readonly deliveries?: WebhookDeliveryStatus
  /** Where the page starts: behind this delivery. */
  readonly after?: string
  /** How far back its figures go; left out: 7 days. */
  readonly period?: Period
}

/** Reads filters from an address; what makes no sense there is left out, so that no address breaks the page. */
export const deliveryFiltersIn = ({ deliveries, after, period }: Record<string, unknown>): DeliveryFilters => {
  const back = periodIn(period)
  const status = deliveryStatuses.find((each) => each === deliveries)
  return {
    ...(status === undefined ? {} : { deliveries: status }),
    ...(back === undefined ? {} : { period: back }),
    ...(typeof after === 'string' && /^dlv_\w{1,100}$/.test(after) ? { after } : {}),
  }
}
