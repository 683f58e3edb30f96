import type { Dispute } from '@micro/contracts'
import { expect, test } from 'vitest'
import { disputeState, dueText, isOpen, reasonText } from './dispute-state.ts'

const day = 86_400
const dispute = (status: Dispute['status'], due_by: number | null) =>
  ({ status, evidence_details: { due_by } }) as Pick<Dispute, 'status' | 'evidence_details'>

for (const [status, due, text, tone] of [
  ['needs_response', 7 * day, '7 days left', 'warn'],
  ['needs_response', 7 * day + 5, '7 days left', 'warn'],
  ['warning_needs_response', 2 * day, '2 days left', 'warn'],
  ['needs_response', 2 * day - 1, '48 hours left', 'bad'],
  ['needs_response', 60, '1 hour left', 'bad'],
  ['needs_response', 0, 'Past due', 'bad'],
  ['needs_response', -5, 'Past due', 'bad'],
] as const)
  test(`${due} s before it is due a dispute that ${status} says: ${text}`, () =>
    expect(dueText(dispute(status, 1_000 + due), 1_000)).toEqual({ text, tone }))

for (const status of ['won', 'lost', 'under_review', 'warning_under_review', 'warning_closed'] as const)
  test(`nothing is due of one that is ${status}, nor can anything be sent`, () => {
    expect(dueText(dispute(status, 5_000), 1_000)).toBeUndefined()
    expect(isOpen({ status })).toBe(false)
    expect(disputeState(status).means).not.toBe('')
  })

test('a reason is told in plain words, and one there are none for as the processor calls it', () => {
  expect(reasonText('fraudulent')).toBe('The holder says they did not pay this')
  expect(reasonText('bank_cannot_process')).toBe('bank cannot process')
})
