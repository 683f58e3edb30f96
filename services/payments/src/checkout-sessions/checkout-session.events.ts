import type { EmittedEvent } from '@micro/service'
import { sessionToWire, type Session } from './checkout-session.ts'

export const sessionEvent = (
  type: 'checkout.session.completed' | 'checkout.session.expired',
  session: Session,
): EmittedEvent => ({ type, object: sessionToWire(session) })
