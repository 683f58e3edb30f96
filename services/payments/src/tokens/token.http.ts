import { paymentsApi } from '@micro/contracts'
import type { Handlers } from '@micro/service'
import { createChange, tenantOf } from '../change.ts'
import type { ChargeDependencies } from '../charges/charge.work.ts'
import { createToken, tokenToWire } from './token.ts'
import { isTokenId, tokenMissing } from './token.ids.ts'
import { findToken, insertToken } from './token.store.ts'

type TokenHandlers = Handlers<Pick<typeof paymentsApi, 'createToken' | 'retrieveToken'>>

export const tokenHandlers = (deps: ChargeDependencies): TokenHandlers => {
  const { clock, db, newId, merchantTime } = deps
  const change = createChange(deps)

  return {
    async createToken(call) {
      const tenant = tenantOf(call)
      const times = { now: clock.now(), merchantNow: await merchantTime.now(tenant) }
      const identity = { ...tenant, id: newId('token'), card_id: newId('card'), ...times }
      const token = createToken(identity, call.body.card)
      return change(call, paymentsApi.createToken, async (sql) => {
        await insertToken(sql, token)
        return { answer: tokenToWire(token), events: [] }
      })
    },

    async retrieveToken(call) {
      const { id } = call.params
      const token = isTokenId(id) ? await findToken(db.sql, tenantOf(call), id) : undefined
      if (token === undefined) throw tokenMissing(id)
      return tokenToWire(token)
    },
  }
}
