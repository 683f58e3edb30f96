import type { ledgerApi } from '@micro/contracts'
import { Fault } from '@micro/kernel'
import type { Database } from '@micro/postgres'
import { cutPage, findCursor, parsePage, reply, type Handlers } from '@micro/service'
import { publicKeysOf } from '@micro/signing'
import { seqMax } from '../books/book.ts'
import type { CheckpointConfig } from '../config.ts'
import { checkpointToWire } from './checkpoint.ts'
import { findCheckpoint, listCheckpointsDown, listCheckpointsUp } from './checkpoint.store.ts'
import type { CheckpointWork } from './checkpoint.work.ts'

type CheckpointHandlers = Pick<
  Handlers<typeof ledgerApi>,
  'createLedgerCheckpoint' | 'listLedgerCheckpoints' | 'retrieveLedgerCheckpoint' | 'retrieveLedgerCheckpointKeys'
>

export const checkpointHandlers = ({
  db,
  config,
  work,
}: {
  db: Database
  config: CheckpointConfig
  work: CheckpointWork
}): CheckpointHandlers => {
  return {
    async createLedgerCheckpoint({ principal }) {
      const made = await work.make({ merchant: principal.merchant, mode: principal.mode }, { automatic: false })
      if (made === undefined) throw new Fault('ledger_empty')
      return reply(made.created ? 201 : 200, checkpointToWire(made.checkpoint))
    },

    async listLedgerCheckpoints({ principal, query }) {
      const page = parsePage(query)
      const seq = (await findCursor(page, 'ledger checkpoint', (id) => findCheckpoint(db.sql, principal, id)))?.seq
      const rows =
        page.direction === 'newer'
          ? await listCheckpointsUp(db.sql, principal, { after: seq ?? 0n, before: seqMax, limit: page.fetch })
          : await listCheckpointsDown(db.sql, principal, { after: 0n, before: seq ?? seqMax, limit: page.fetch })
      const { rows: shown, hasMore } = cutPage(rows, page)
      return { object: 'list', url: '/ledger/checkpoints', has_more: hasMore, data: shown.map(checkpointToWire) }
    },

    async retrieveLedgerCheckpoint({ principal, params }) {
      const checkpoint = await findCheckpoint(db.sql, principal, params.id)
      if (checkpoint === undefined)
        throw new Fault('resource_missing', { param: 'id', resource: 'ledger checkpoint', id: params.id })
      return checkpointToWire(checkpoint)
    },

    async retrieveLedgerCheckpointKeys() {
      const keys = publicKeysOf(config.keys).map((key) => ({ ...key, alg: 'EdDSA' as const, use: 'sig' as const }))
      return { object: 'ledger.checkpoint_keys', keys }
    },
  }
}
