import { paymentsApi } from '@micro/contracts'
import type { Expander } from '@micro/service'
import { lineItemToWire } from './checkout-session.ts'
import { findSessions, lineItemsOfAll } from './checkout-session.store.ts'

const shownItemsMax = 10

/** The first line items of sessions, as the list that the session shows of them. */
export const expandLineItems: Expander = async (sql, tenant, ids) => {
  const sessions = await findSessions(sql, tenant, ids)
  const items = await lineItemsOfAll(sql, tenant, { sessions: ids, limit: shownItemsMax + 1 })
  return new Map(
    sessions.map(({ id, currency }) => {
      const some = items.filter(({ session }) => session === id)
      const data = some.slice(0, shownItemsMax).map((item) => lineItemToWire(item, currency ?? ''))
      const url = paymentsApi.listCheckoutLineItems.path.replace(':id', id)
      return [id, { object: 'list', url, has_more: some.length > shownItemsMax, data }]
    }),
  )
}
