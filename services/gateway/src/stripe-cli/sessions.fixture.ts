import type { Event } from '@micro/contracts'
import { Fault } from '@micro/kernel'
import type { Pairings } from './pairing.http.ts'
import type { CliSessions } from './sessions.ts'

type Opened = Parameters<CliSessions['openCliSession']>[0]['body']

/** Sessions in memory, for tests of the gateway; `headOf` says where a new one starts. */
export const fakeSessions = (headOf: (merchant: string, mode: string) => number) => {
  const sessions = new Map<string, Opened & { after_seq: number; connected: boolean }>()
  const resends = new Map<string, Event[]>()
  const state = { saves: 0, full: false, failing: false }
  const client: CliSessions = {
    async openCliSession({ body }) {
      if (state.full) throw new Fault('stream_limit', { scope: 'API key', limit: 20 })
      const after_seq = headOf(body.merchant, body.mode)
      sessions.set(body.websocket_hash, { ...body, after_seq, connected: false })
      return { after_seq }
    },
    resumeCliSession: ({ body }) => Promise.resolve({ session: sessions.get(body.websocket_hash) ?? null }),
    async saveCliSession({ body }) {
      if (state.failing) throw new Error('store down')
      state.saves++
      const session = sessions.get(body.websocket_hash)
      if (session !== undefined)
        Object.assign(session, { after_seq: Math.max(session.after_seq, body.after_seq), connected: body.connected })
      const left = (resends.get(body.websocket_hash) ?? []).filter(({ id }) => !body.resent.includes(id))
      resends.set(body.websocket_hash, left)
      return { saved: session !== undefined }
    },
    readCliResends: ({ body }) => Promise.resolve({ events: resends.get(body.websocket_hash) ?? [] }),
  }
  return { client, sessions, resends, state }
}

/** Pairs nobody. */
export const fakePairings: Pairings = {
  openPairing: () => Promise.resolve({ id: 'pair_1', token: 'pairt_1', verification_code: 'amber-dove-lily-reef' }),
}
