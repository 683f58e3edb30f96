import type { DisputeStatus } from '@micro/contracts'
import { addMs, systemClock } from '@micro/kernel'
import { describe, expect, test } from 'vitest'
import {
  closeDispute,
  decideDispute,
  disputeFeeFor,
  editEvidence,
  endedOtherwise,
  escalateDispute,
  expireDispute,
  openDispute,
  submitEvidence,
  type Dispute,
  type DisputeCommand,
} from './dispute.ts'
import { movementOf } from './dispute.settlement.ts'

const now = systemClock.now()
const told = (inquiry: boolean) =>
  ({ id: 'sim_1', charge: 'ch_1', amount: 500n, reason: 'fraudulent', inquiry, responseMs: 1_000 }) as const
const opened = (inquiry: boolean, currency = 'usd'): Dispute =>
  openDispute({ id: 'ch_1', merchant: 'acct_1', mode: 'test', payment_intent: 'pi_1', currency }, told(inquiry), {
    id: 'dp_1',
    fee: 1500n,
    merchantNow: now,
  })
const later = addMs(now, 1_000)

const commands: Record<DisputeCommand, (dispute: Dispute) => Dispute | undefined> = {
  edit: (dispute) => editEvidence(dispute, { customer_name: 'Jenny' }),
  submit: submitEvidence,
  close: (dispute) => closeDispute(dispute, now),
  expire: (dispute) => expireDispute(dispute, later),
  escalate: (dispute) => escalateDispute(dispute, told(false), { fee: 1500n, merchantNow: now }),
  won: (dispute) => decideDispute(dispute, 'won', now),
  lost: (dispute) => decideDispute(dispute, 'lost', now),
  closed: (dispute) => decideDispute(dispute, 'closed', now),
}
const outcome = (dispute: Dispute, command: DisputeCommand): string => {
  try {
    return commands[command](dispute)?.status ?? 'unchanged'
  } catch (error) {
    return (error as { code?: string }).code ?? 'impossible'
  }
}

describe('every cell of the transition table', () => {
  const refused = 'dispute_unexpected_state'
  const ended = {
    edit: refused,
    submit: refused,
    close: refused,
    expire: 'unchanged',
    escalate: 'unchanged',
    won: 'unchanged',
    lost: 'unchanged',
    closed: 'unchanged',
  }
  const cells: Record<DisputeStatus, Record<DisputeCommand, string>> = {
    warning_needs_response: {
      edit: 'warning_needs_response',
      submit: 'warning_under_review',
      close: 'warning_closed',
      expire: 'warning_closed',
      escalate: 'needs_response',
      won: 'impossible',
      lost: 'impossible',
      closed: 'warning_closed',
    },
    warning_under_review: {
      ...ended,
      escalate: 'needs_response',
      won: 'impossible',
      lost: 'impossible',
      closed: 'warning_closed',
    },
    warning_closed: ended,
    needs_response: {
      edit: 'needs_response',
      submit: 'under_review',
      close: 'lost',
      expire: 'lost',
      escalate: 'unchanged',
      won: 'won',
      lost: 'lost',
      closed: 'impossible',
    },
    under_review: { ...ended, won: 'won', lost: 'lost', closed: 'impossible' },
    won: ended,
    lost: ended,
  }
  for (const [status, row] of Object.entries(cells) as [DisputeStatus, (typeof cells)['won']][])
    for (const [command, want] of Object.entries(row) as [DisputeCommand, string][])
      test(`${status} + ${command} = ${want}`, () =>
        expect(outcome({ ...opened(status.startsWith('warning')), status }, command)).toBe(want))
})

test('an inquiry that is told again as one stays one; as a chargeback it is answered anew', () => {
  const terms = { fee: 1500n, merchantNow: later }
  const answered = submitEvidence(opened(true))
  expect(escalateDispute(answered, told(true), terms)).toBeUndefined()
  expect(escalateDispute(answered, { ...told(false), amount: 400n, reason: 'general' }, terms)).toMatchObject({
    inquiry: false,
    status: 'needs_response',
    amount: 400n,
    fee: 1500n,
    reason: 'general',
    submission_count: 0,
    due_by: addMs(later, 1_000),
  })
})

for (const [status, decision, want] of [
  ['lost', 'won', true],
  ['won', 'lost', true],
  ['warning_closed', 'lost', true],
  ['lost', 'lost', false],
  ['warning_closed', 'closed', false],
  ['under_review', 'won', false],
] as const)
  test(`${status} and told ${decision}: ${want ? 'it ended otherwise' : 'nothing is wrong'}`, () =>
    expect(endedOtherwise({ ...opened(false), status }, decision)).toBe(want))

test('time that is left expires nothing', () => {
  expect(expireDispute(opened(false), addMs(later, -1))).toBeUndefined()
})

describe('what moves', () => {
  const terms = { balanceTransaction: 'txn_1', requestId: 'req_1', now, merchantNow: now, postingLeaseMs: 1_000 }
  for (const [what, dispute, want] of [
    ['opened', opened(false), ['dispute', -500n, 1500n, -2000n]],
    ['won', { ...opened(false), status: 'won' as const }, ['dispute_reversal', 500n, 0n, 500n]],
    ['lost', { ...opened(false), status: 'lost' as const }, ['dispute_lost', 500n, 0n, 0n]],
    ['an inquiry', opened(true), undefined],
    ['an inquiry closed', { ...opened(true), status: 'warning_closed' as const }, undefined],
  ] as const)
    test(what, () => {
      const movement = movementOf(dispute, terms)
      expect(movement && [movement.kind, movement.amount, movement.fee, movement.net]).toEqual(want)
    })
})

for (const [fee, currency, want] of [
  [1500n, 'usd', 1500n],
  [1500n, 'jpy', 1500n],
  [1500n, 'kwd', 1500n],
  [1505n, 'kwd', 1510n],
  [1504n, 'kwd', 1500n],
] as const)
  test(`a fee of ${fee} is ${want} in ${currency}`, () => expect(disputeFeeFor(fee, currency)).toBe(want))
