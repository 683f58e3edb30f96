import { auditActions as actionsOfContract } from '@micro/contracts'
import { expect, test } from 'vitest'
import { actionText, actorText, auditActions, ownAuditActions } from './audit-words.ts'

test('each action there is can be asked for, and is told in words', () => {
  expect(auditActions.toSorted()).toEqual(actionsOfContract.toSorted())
  for (const action of auditActions) expect(actionText(action)).not.toContain('.')
  expect(actionText('key.frozen')).toBe('key.frozen')
  expect(actionText('toString')).toBe('toString')
})

test('of their own account nobody is offered what happens to an installation alone', () => {
  expect(ownAuditActions).toContain('login.failed')
  expect(ownAuditActions).not.toContain('audit_log.read')
})

for (const [type, id, text] of [
  ['user', 'usr_1', 'you'],
  ['user', 'usr_2', 'user usr_2'],
  ['api_key', 'key_1', 'API key key_1'],
  ['service', 'payments', 'the payments service'],
  ['nobody', null, 'somebody not signed in'],
] as const)
  test(`${type} ${id} is ${text} to usr_1`, () => expect(actorText({ type, id }, 'usr_1')).toBe(text))
