import { Fault } from '@micro/kernel'
import { describe, expect, test } from 'vitest'
import { decideUserChange, type UserChange } from './operator.ts'

const now = new Date(1000)
const earlier = new Date(1)
const plain = { id: 'usr_b', operator: false, disabled_at: null }
const operator = { ...plain, operator: true }
const disabled = { ...plain, disabled_at: earlier }

const outcome = (user: typeof plain | typeof disabled, change: UserChange, others: bigint, actor = 'usr_a') => {
  try {
    return decideUserChange(user, change, { actor, others, now })
  } catch (error) {
    return error instanceof Fault ? error.code : error
  }
}

describe('what a change makes of a user', () => {
  for (const [name, user, change, others, want] of [
    ['disabling', plain, { disabled: true }, 1n, { operator: false, disabled_at: now, actions: ['user.disabled'] }],
    ['disabling again keeps the first time', disabled, { disabled: true }, 1n, { disabled_at: earlier, actions: [] }],
    ['enabling', disabled, { disabled: false }, 1n, { disabled_at: null, actions: ['user.enabled'] }],
    ['appointing', plain, { operator: true }, 1n, { operator: true, actions: ['operator.granted'] }],
    ['dismissing one of two', operator, { operator: false }, 1n, { operator: false, actions: ['operator.revoked'] }],
    ['dismissing the last one', operator, { operator: false }, 0n, 'operator_last'],
    ['disabling the last one', operator, { disabled: true }, 0n, 'operator_last'],
    ['nothing at all', operator, {}, 0n, { operator: true, disabled_at: null, actions: [] }],
    ['both at once', plain, { disabled: true, operator: true }, 1n, { actions: ['user.disabled', 'operator.granted'] }],
  ] as const)
    test(name, () => {
      const decided = outcome(user, change, others)
      if (typeof want === 'string') expect(decided).toBe(want)
      else expect(decided).toMatchObject(want)
    })

  test('nobody disables themselves, but one of two operators may step back', () => {
    expect(outcome(operator, { disabled: true }, 1n, 'usr_b')).toBe('disable_self_refused')
    expect(outcome(operator, { operator: false }, 1n, 'usr_b')).toMatchObject({ operator: false })
    expect(outcome(operator, { operator: false }, 0n, 'usr_b')).toBe('operator_last')
  })
})
