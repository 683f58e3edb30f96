import type { Api, Principal } from '@micro/contracts'
import { Fault } from '@micro/kernel'
import { injector, testDatabase, testRuntime, type TestDatabase } from '@micro/testing'
import Type from 'typebox'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { databaseIdempotency } from './idempotency.ts'
import { createService, type Service } from './service.ts'

const api = {
  work: {
    method: 'POST',
    path: '/v1/work',
    service: 'payments',
    access: ['secret_key'],
    scope: 'payments:write',
    status: 200,
    idempotent: true,
    summary: '',
    body: Type.Object({ ends: Type.String() }),
    response: Type.Object({ done: Type.Boolean() }),
  },
} as const satisfies Api

const me: Principal = { kind: 'api_key', merchant: 'acct_a', mode: 'test', keyId: 'key_1', scopes: ['*'] }

const endings: Readonly<Record<string, () => Promise<{ done: boolean }>>> = {
  well: () => Promise.resolve({ done: true }),
  refused: () => Promise.reject(new Fault('resource_missing', { resource: 'work', id: 'w', param: 'id' })),
  locked: () => Promise.reject(new Fault('lock_timeout')),
  broken: () => Promise.reject(new Error('a bug')),
  long: () => {
    began.resolve()
    return ended.promise
  },
}
const began = Promise.withResolvers<void>()
const ended = Promise.withResolvers<{ done: boolean }>()
let works = 0

let database: TestDatabase
let service: Service
let call: (ends: string, key?: string) => Promise<{ status: number; headers: Record<string, unknown>; text: string }>
beforeAll(async () => {
  database = await testDatabase('payments')
  const runtime = testRuntime()
  service = createService(
    {
      name: 'payments',
      api,
      handlers: {
        work: ({ body }) => {
          works++
          return (endings[body.ends] as (typeof endings)[string])()
        },
      },
      idempotency: databaseIdempotency({ db: database.db, clock: runtime.clock }),
      ready: () => Promise.resolve(),
    },
    runtime,
  )
  const inject = injector(service)
  call = (ends, key) =>
    inject(me, {
      method: 'POST',
      url: '/v1/work',
      headers: key === undefined ? {} : { 'idempotency-key': key },
      body: { ends },
    })
})
afterAll(async () => {
  await service.stop()
  await database.close()
})

const keyed = ['idempotency-key', 'original-request', 'idempotent-replayed', 'stripe-should-retry'] as const
const told = ({ status, headers }: Awaited<ReturnType<typeof call>>): unknown[] => [
  status,
  ...keyed.map((name) => headers[name]),
]

for (const [ends, status, should] of [
  ['well', 200, undefined],
  ['refused', 404, undefined],
] as const)
  test(`work that ends ${ends} tells the key and the request that did it, first and again`, async () => {
    const [first, again] = [await call(ends, `k ${ends}`), await call(ends, `k ${ends}`)]
    const request = first.headers['original-request']
    expect(request).toMatch(/^req_/)
    expect(told(first)).toEqual([status, `k ${ends}`, request, undefined, should])
    expect(told(again)).toEqual([status, `k ${ends}`, request, 'true', should])
    expect(again.text).toBe(first.text)
  })

for (const [ends, status] of [
  ['locked', 429],
  ['broken', 500],
] as const)
  test(`work that ends ${ends} leaves nothing under its key: ${status}, and a retry does it anew`, async () => {
    const before = works
    const [first, again] = [await call(ends, `k ${ends}`), await call(ends, `k ${ends}`)]
    expect(told(first)).toEqual([status, `k ${ends}`, first.headers['original-request'], undefined, 'true'])
    expect([told(again)[3], again.headers['original-request'] === first.headers['original-request']]).toEqual([
      undefined,
      false,
    ])
    expect(works - before).toBe(2)
  })

test('a key that is in use is worth a retry', async () => {
  const first = call('long', 'k long')
  await began.promise
  const second = await call('long', 'k long')
  expect(told(second)).toEqual([409, 'k long', second.headers['original-request'], undefined, 'true'])
  ended.resolve({ done: true })
  expect((await first).status).toBe(200)
})

test('a key with other parameters is refused for good, without a code', async () => {
  await call('well', 'k twice')
  const refused = await call('refused', 'k twice')
  expect([refused.status, refused.headers['idempotent-replayed'], refused.headers['stripe-should-retry']]).toEqual([
    400,
    undefined,
    undefined,
  ])
  expect(JSON.parse(refused.text)).toEqual({
    error: { type: 'idempotency_error', message: expect.stringContaining("'k twice'") as string },
  })
})

test('without a key nothing is said of one; a key no header could repeat is refused', async () => {
  expect(told(await call('well'))).toEqual([200, undefined, undefined, undefined, undefined])
  expect(told(await call('well', 'käse'))).toEqual([400, undefined, undefined, undefined, undefined])
})
