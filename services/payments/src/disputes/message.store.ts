import type { Sql } from '@micro/postgres'
import { takeTurns } from '../background/take-turns.store.ts'
import type { Dispute } from './dispute.ts'

/** What a processor has yet to be told of a dispute. */
export interface DisputeMessage {
  readonly dispute: string
  readonly kind: 'evidence' | 'acceptance'
  readonly merchant: string
  readonly mode: 'test' | 'live'
  readonly processor_dispute: string
  readonly texts: readonly string[]
  readonly attempts: number
  readonly created_at: Date
}

/** An inquiry is answered, and once more when it became a chargeback: what was said last is what is told. */
export const insertMessage = async (
  sql: Sql,
  { id, merchant, mode, processor_id, evidence }: Dispute,
  { kind, now, dueAt }: { kind: DisputeMessage['kind']; now: Date; dueAt: Date },
): Promise<DisputeMessage> => {
  const texts = kind === 'evidence' ? Object.values(evidence) : []
  await sql`
    insert into payments.dispute_messages (
      dispute, kind, merchant, mode, processor_dispute, texts, due_at, created_at)
    values (${id}, ${kind}, ${merchant}, ${mode}, ${processor_id}, ${JSON.stringify(texts)}, ${dueAt}, ${now})
    on conflict (dispute, kind) do update set
      texts = excluded.texts, attempts = 0, due_at = excluded.due_at, created_at = excluded.created_at, sent_at = null`
  return { dispute: id, kind, merchant, mode, processor_dispute: processor_id, texts, attempts: 0, created_at: now }
}

/** The sender's work, of all merchants, tenant by tenant. Takes the messages until `until`. */
export const takeDueMessages = takeTurns<DisputeMessage>({
  table: 'payments.dispute_messages',
  key: 'dispute, kind',
  waits: 'due_at is not null',
  time: 'due_at',
})

/** Only of this one: another may have taken its place meanwhile. */
export const saveSent = (sql: Sql, { merchant, mode, dispute, kind, created_at }: DisputeMessage, now: Date) => sql`
  update payments.dispute_messages set due_at = null, sent_at = ${now}
  where merchant = ${merchant} and mode = ${mode} and dispute = ${dispute} and kind = ${kind}
    and created_at = ${created_at} and sent_at is null`

/** What is not told any more. */
export const withdrawMessages = (sql: Sql, { merchant, mode, id }: Dispute, now: Date) => sql`
  update payments.dispute_messages set due_at = null, sent_at = ${now}
  where merchant = ${merchant} and mode = ${mode} and dispute = ${id} and sent_at is null`

export const deferMessage = (
  sql: Sql,
  { merchant, mode, dispute, kind, created_at }: DisputeMessage,
  { after }: { after: Date },
) => sql`
  update payments.dispute_messages set attempts = attempts + 1, due_at = ${after}
  where merchant = ${merchant} and mode = ${mode} and dispute = ${dispute} and kind = ${kind}
    and created_at = ${created_at} and sent_at is null`
