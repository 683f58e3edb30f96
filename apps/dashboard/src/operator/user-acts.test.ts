import { expect, test } from 'vitest'
import { actsFor } from './user-acts.ts'

for (const [name, user, acts] of [
  ['somebody', { id: 'usr_2', operator: false, disabled: null }, ['disable', 'promote']],
  ['somebody who is disabled', { id: 'usr_2', operator: false, disabled: 1 }, ['enable', 'promote']],
  ['another operator', { id: 'usr_2', operator: true, disabled: null }, ['disable', 'demote']],
  ['oneself, who cannot lock themselves out', { id: 'usr_1', operator: true, disabled: null }, ['demote']],
] as const)
  test(`to ${name} an operator can: ${acts.join(', ')}`, () => expect(actsFor(user, 'usr_1')).toEqual(acts))
