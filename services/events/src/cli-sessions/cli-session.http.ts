import type { eventsApi } from '@micro/contracts'
import { Fault } from '@micro/kernel'
import type { Database } from '@micro/postgres'
import type { Handlers } from '@micro/service'
import { toWire } from '../event/event.ts'
import {
  countConnected,
  deleteForgottenSessions,
  deleteResends,
  deleteSurplusSessions,
  insertCliSession,
  saveCliSession,
  selectResends,
  touchCliSession,
} from './cli-session.store.ts'

/** Sessions of one key that may be connected at once. */
export const connectedMax = 20
/** Sessions of one key that are remembered, connected or not. */
const keptMax = 100
const keptDays = 7
/** A connected session is saved far more often; after this its gateway must have died. */
const silentSeconds = 60
const resendsMax = 50

type Names = 'openCliSession' | 'resumeCliSession' | 'saveCliSession' | 'readCliResends'

export const cliSessionHandlers = ({ db }: { db: Database }): Pick<Handlers<typeof eventsApi>, Names> => ({
  async openCliSession({ body }) {
    const { key_id: keyId } = body
    const afterSeq = await db.transaction(async (sql) => {
      await deleteForgottenSessions(sql, keptDays)
      if ((await countConnected(sql, body, { keyId, silentSeconds })) >= connectedMax)
        throw new Fault('stream_limit', { scope: 'API key', limit: connectedMax })
      await deleteSurplusSessions(sql, body, { keyId, kept: keptMax - 1 })
      return insertCliSession(sql, body)
    })
    return { after_seq: Number(afterSeq) }
  },

  async resumeCliSession({ body: { websocket_hash } }) {
    const found = await touchCliSession(db.sql, websocket_hash)
    if (found === undefined) return { session: null }
    const { merchant, mode, features, filters, sealed_credential, after_seq } = found
    return {
      session: { merchant, mode, features: [...features], filters, sealed_credential, after_seq: Number(after_seq) },
    }
  },

  async saveCliSession({ body }) {
    const { websocket_hash: websocketHash, resent, connected } = body
    const at = { websocketHash, connected, afterSeq: BigInt(body.after_seq) }
    if (resent.length === 0) return { saved: await saveCliSession(db.sql, body, at) }
    const saved = await db.transaction(async (sql) => {
      await deleteResends(sql, body, { websocketHash, eventIds: resent })
      return saveCliSession(sql, body, at)
    })
    return { saved }
  },

  async readCliResends({ body: { websocket_hash: websocketHash, ...tenant } }) {
    const rows = await selectResends(db.sql, tenant, { websocketHash, limit: resendsMax })
    return { events: rows.map(toWire) }
  },
})
