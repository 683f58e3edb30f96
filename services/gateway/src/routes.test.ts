import { apis, pathsOf, type Route } from '@micro/contracts'
import { describe, expect, test } from 'vitest'
import { createRoutes } from './routes.ts'

const routes = createRoutes()
const operations = Object.values(apis).flatMap((api) => Object.entries(api as Record<string, Route>))
const concrete = (path: string): string => path.replace(/:\w+/g, 'x_1')

describe('the routing table', () => {
  for (const [name, route] of operations.filter(([, { access }]) => !access.includes('internal'))) {
    for (const path of pathsOf(route)) {
      test(`${route.method} ${path} goes to ${route.service}.${name}`, () => {
        expect(routes.match(route.method, concrete(path))).toMatchObject({
          kind: 'found',
          target: { kind: 'operation', name, upstream: route.service, pattern: path },
        })
      })
    }
  }

  for (const [name, route] of operations.filter(([, { access }]) => access.includes('internal'))) {
    test(`${name} is between services and cannot be reached`, () => {
      expect(routes.match(route.method, concrete(route.path))).toEqual({ kind: 'unknown' })
    })
  }

  for (const path of [
    '/authors',
    '/auth',
    '/auth/',
    '/auth/me/',
    '/AUTH/me',
    '/paymentsfoo',
    '/payments',
    '/auth/validate_key',
    '/internal',
    '/internal/stream',
    '/v1',
    '/v1/',
    '/v1/payment_link',
    '/ws/',
    '/wsx',
    '/healthz',
    '/health/',
    '/ledger',
    `/v1/events/${'x'.repeat(256)}`,
  ]) {
    test(`${path.slice(0, 30)} is unknown: nothing matches by prefix`, () =>
      expect(routes.match('GET', path)).toEqual({ kind: 'unknown' }))
  }

  test('a known path with another method names the methods there are', () => {
    expect(routes.match('PUT', '/v1/payment_intents')).toMatchObject({
      kind: 'wrong_method',
      allowed: ['GET', 'POST', 'HEAD', 'OPTIONS'],
    })
    expect(routes.match('GET', '/auth/login')).toMatchObject({ kind: 'wrong_method', allowed: ['POST', 'OPTIONS'] })
    expect(routes.match('TRACE', '/health')).toMatchObject({
      kind: 'wrong_method',
      allowed: ['GET', 'HEAD', 'OPTIONS'],
    })
  })

  test('HEAD is answered by GET', () => {
    expect(routes.match('HEAD', '/v1/events')).toMatchObject({ kind: 'found', target: { name: 'listEvents' } })
  })
})
