import Type from 'typebox'
import { describe, expect, test } from 'vitest'
import { apis, grants, route, scopes, type Route } from './index.ts'

const routes = Object.values(apis).flatMap((api) => Object.entries(api) as [string, Route][])

describe('a key with', () => {
  for (const [held, asked, want] of [
    [['payments:read'], 'payments:read', true],
    [['payments:read'], 'payments:write', false],
    [['payments:write'], 'payments:write', true],
    [['payments:write'], 'payments:read', true],
    [['payments:write'], 'ledger:read', false],
    [['ledger:read', 'events:read'], 'events:read', true],
    [['events:write'], 'events:read', true],
    [['payments'], 'payments:read', false],
    [['payments:*'], 'payments:read', false],
    [['*'], 'ledger:write', true],
    [['*', 'payments:read'], 'ledger:write', true],
    [[], 'payments:read', false],
    [[], 'self', true],
    [['payments:read'], 'self', true],
    [['self'], 'payments:read', false],
    [['*'], undefined, false],
    [['*'], '*', true],
    [['payments:write', 'ledger:write', 'events:read'], '*', false],
  ] as const) {
    test(`${held.join(', ') || 'nothing'} ${want ? 'may' : 'may not'} call a route that asks for ${asked}`, () =>
      expect(grants(held, asked)).toBe(want))
  }
})

test('every route open to keys names one scope, and every scope opens a route', () => {
  for (const [name, { access, scope }] of routes)
    expect([name, scope !== undefined]).toEqual([name, access.includes('secret_key')])
  expect(new Set(routes.flatMap(([, { scope }]) => scope ?? []))).toEqual(new Set([...scopes, 'self', '*']))
})

test('what only reads asks for no more than reading, what may change something for writing', () => {
  for (const [name, { method, scope }] of routes.filter(([, { scope = 'self' }]) => scope !== 'self' && scope !== '*'))
    expect([name, scope?.split(':')[1]]).toEqual([name, method === 'GET' ? 'read' : 'write'])
})

test('a route that forgets its scope, makes one up, or names one nobody would ask for does not compile', () => {
  const rest = {
    method: 'GET',
    path: '/x',
    service: 'ledger',
    status: 200,
    summary: '',
    response: Type.Object({}),
  } as const
  // @ts-expect-error -- a key may call it, so it must say with which scope
  route({ ...rest, access: ['secret_key'] })
  // @ts-expect-error -- also where a session may
  route({ ...rest, access: ['session', 'secret_key'] })
  // @ts-expect-error -- there is no such scope
  route({ ...rest, access: ['secret_key'], scope: 'ledger:all' })
  // @ts-expect-error -- no key gets here
  route({ ...rest, access: ['session'], scope: 'ledger:read' })
  expect(route({ ...rest, access: ['secret_key'], scope: 'ledger:read' }).scope).toBe('ledger:read')
})
