import type { Event } from '@micro/contracts'
import { moneyText } from '../ui/money.ts'

/** What an event tells of, where it can be told in a line. */
export interface About {
  readonly id: string | undefined
  /** The payment it belongs to, which has a page. */
  readonly payment: string | undefined
  readonly money: string | undefined
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

export const aboutOf = ({ data }: Pick<Event, 'data'>): About => {
  const { id, object, payment_intent, amount, currency } = data.object
  return {
    id: textOf(id),
    payment: object === 'payment_intent' ? textOf(id) : textOf(payment_intent),
    money: typeof amount === 'number' && typeof currency === 'string' ? moneyText(amount, currency) : undefined,
  }
}
