import { evidenceTexts, type DisputeReason, type DisputeStatus, type EvidenceText, type Tenant } from '@micro/contracts'
import { addMs, amountStep, assert, Fault, toNearestStep } from '@micro/kernel'
import type { DisputeDecision, OpenedDispute } from '../processors/disputing.ts'

export type Evidence = Readonly<Partial<Record<EvidenceText, string>>>

/** A dispute as its row has it. Amounts in minor units. */
export interface Dispute extends Tenant {
  readonly id: string
  readonly processor_id: string
  readonly charge: string
  readonly payment_intent: string
  readonly amount: bigint
  readonly fee: bigint
  readonly currency: string
  readonly reason: DisputeReason
  readonly inquiry: boolean
  readonly status: DisputeStatus
  readonly evidence: Evidence
  readonly submission_count: number
  readonly metadata: Record<string, string>
  readonly due_by: Date
  readonly created_at: Date
  readonly closed_at: Date | null
}

/** What the merchant may do, what time does (expire), and what the card's bank does: it escalates, or decides. */
export type DisputeCommand = 'edit' | 'submit' | 'close' | 'expire' | 'escalate' | DisputeDecision

/**
 * The whole state machine; null is refused. An inquiry ends closed whoever ends it, unless the bank makes a chargeback of it
 * before.
 */
export const NEXT = {
  warning_needs_response: {
    edit: 'warning_needs_response',
    submit: 'warning_under_review',
    close: 'warning_closed',
    expire: 'warning_closed',
    escalate: 'needs_response',
    won: null,
    lost: null,
    closed: 'warning_closed',
  },
  warning_under_review: {
    edit: null,
    submit: null,
    close: null,
    expire: null,
    escalate: 'needs_response',
    won: null,
    lost: null,
    closed: 'warning_closed',
  },
  warning_closed: {
    edit: null,
    submit: null,
    close: null,
    expire: null,
    escalate: null,
    won: null,
    lost: null,
    closed: null,
  },
  needs_response: {
    edit: 'needs_response',
    submit: 'under_review',
    close: 'lost',
    expire: 'lost',
    escalate: null,
    won: 'won',
    lost: 'lost',
    closed: null,
  },
  under_review: {
    edit: null,
    submit: null,
    close: null,
    expire: null,
    escalate: null,
    won: 'won',
    lost: 'lost',
    closed: null,
  },
  won: { edit: null, submit: null, close: null, expire: null, escalate: null, won: null, lost: null, closed: null },
  lost: { edit: null, submit: null, close: null, expire: null, escalate: null, won: null, lost: null, closed: null },
} as const satisfies Record<DisputeStatus, Record<DisputeCommand, DisputeStatus | null>>

/** Statuses from which a command is accepted, in the order of a dispute's life. */
export const statusesFor = (command: DisputeCommand): DisputeStatus[] =>
  (Object.keys(NEXT) as DisputeStatus[]).filter((status) => NEXT[status][command] !== null)

/** @throws Fault dispute_unexpected_state */
const nextStatus = ({ status }: Dispute, command: DisputeCommand): DisputeStatus => {
  const next = NEXT[status][command]
  if (next !== null) return next
  const allowed = statusesFor(command).join(', ')
  throw new Fault('dispute_unexpected_state', { command, status, allowed })
}

const isClosed = (status: DisputeStatus): boolean => ['warning_closed', 'won', 'lost'].includes(status)

/** What a dispute takes from its charge. */
export type DisputedCharge = Pick<Dispute, 'merchant' | 'mode' | 'payment_intent' | 'currency'> & {
  readonly id: string
}

/** Where cards move multiples of 10 or 100 only, the fee is rounded to the nearest of those, halves up. */
export const disputeFeeFor = (fee: bigint, currency: string): bigint => toNearestStep(fee, amountStep(currency))

export const openDispute = (
  charge: DisputedCharge,
  opened: OpenedDispute,
  { id, fee, merchantNow }: { id: string; fee: bigint; merchantNow: Date },
): Dispute => ({
  id,
  merchant: charge.merchant,
  mode: charge.mode,
  processor_id: opened.id,
  charge: charge.id,
  payment_intent: charge.payment_intent,
  amount: opened.amount,
  fee: opened.inquiry ? 0n : disputeFeeFor(fee, charge.currency),
  currency: charge.currency,
  reason: opened.reason,
  inquiry: opened.inquiry,
  status: opened.inquiry ? 'warning_needs_response' : 'needs_response',
  evidence: {},
  submission_count: 0,
  metadata: {},
  due_by: addMs(merchantNow, opened.responseMs),
  created_at: merchantNow,
  closed_at: null,
})

/**
 * The bank made a chargeback of an inquiry: now it takes money, and is answered anew, whatever was handed in before.
 * Undefined when it is none, or the inquiry has ended.
 */
export const escalateDispute = (
  dispute: Dispute,
  opened: OpenedDispute,
  { fee, merchantNow }: { fee: bigint; merchantNow: Date },
): Dispute | undefined =>
  opened.inquiry || NEXT[dispute.status].escalate === null
    ? undefined
    : {
        ...dispute,
        inquiry: false,
        status: nextStatus(dispute, 'escalate'),
        amount: opened.amount,
        fee: disputeFeeFor(fee, dispute.currency),
        reason: opened.reason,
        submission_count: 0,
        due_by: addMs(merchantNow, opened.responseMs),
      }

const evidenceCharsMax = 150_000

/** What is given replaces what there is, field by field; an empty text takes a field away. @throws Fault evidence_too_large */
const changeEvidence = (current: Evidence, change: Evidence): Evidence => {
  const changed: Evidence = Object.fromEntries(
    evidenceTexts.flatMap((name) => {
      const text = change[name] ?? current[name] ?? ''
      return text === '' ? [] : [[name, text]]
    }),
  )
  const length = Object.values(changed).reduce((sum, text) => sum + text.length, 0)
  if (length > evidenceCharsMax)
    throw new Fault('evidence_too_large', { param: 'evidence', length, limit: evidenceCharsMax })
  return changed
}

/** @throws Fault dispute_unexpected_state, evidence_too_large */
export const editEvidence = (dispute: Dispute, change: Evidence): Dispute => ({
  ...dispute,
  status: nextStatus(dispute, 'edit'),
  evidence: changeEvidence(dispute.evidence, change),
})

/** Hands the evidence in; from here the bank decides. @throws Fault dispute_unexpected_state */
export const submitEvidence = (dispute: Dispute): Dispute => ({
  ...dispute,
  status: nextStatus(dispute, 'submit'),
  submission_count: dispute.submission_count + 1,
})

const end = (dispute: Dispute, command: DisputeCommand, now: Date): Dispute => ({
  ...dispute,
  status: nextStatus(dispute, command),
  closed_at: now,
})

/** Gives in. @throws Fault dispute_unexpected_state */
export const closeDispute = (dispute: Dispute, merchantNow: Date): Dispute => end(dispute, 'close', merchantNow)

/** Nobody answered in time. Undefined when somebody did, or when there is time left. */
export const expireDispute = (dispute: Dispute, merchantNow: Date): Dispute | undefined =>
  NEXT[dispute.status].expire === null || dispute.due_by > merchantNow ? undefined : end(dispute, 'expire', merchantNow)

const ends: Readonly<Record<DisputeDecision, DisputeStatus>> = { won: 'won', lost: 'lost', closed: 'warning_closed' }

/** It ended in another way than this: what its end has moved stays so, and is no longer what the processor says. */
export const endedOtherwise = ({ status }: Dispute, decision: DisputeDecision): boolean =>
  isClosed(status) && status !== ends[decision]

/** The bank's decision. Undefined when it changes nothing: it was told before, or the merchant gave in before. */
export const decideDispute = (dispute: Dispute, decision: DisputeDecision, merchantNow: Date): Dispute | undefined => {
  if (isClosed(dispute.status)) return undefined
  assert(NEXT[dispute.status][decision] !== null, `dispute ${dispute.id}, ${dispute.status}, cannot be ${decision}`)
  return end(dispute, decision, merchantNow)
}
