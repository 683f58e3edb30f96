import { afterAll, beforeAll, expect, test } from 'vitest'
import { startWorld, type World } from './gateway.fixture.ts'

let world: World
let redis: string | null = '7.0.15'
beforeAll(async () => {
  world = await startWorld({ deps: { redisVersion: () => Promise.resolve(redis) } })
})
afterAll(() => world.stop())

const path = '/operator/services/gateway'

test('an operator is told what the gateway is and which Redis answers it; while none does, that', async () => {
  const key = world.auth.logIn('usr_op', 'acct_op', { operator: true })
  const { status, json } = await world.call('GET', path, { key })
  expect([status, json]).toMatchObject([
    200,
    { object: 'service_status', service: 'gateway', node: process.version, postgres: null, redis: '7.0.15', lags: [] },
  ])
  redis = null
  expect((await world.call('GET', path, { key })).json['redis']).toBeNull()
})

test('nobody else is, and of the other services neither', async () => {
  const person = world.auth.logIn('usr_1')
  for (const service of ['gateway', 'auth', 'payments', 'ledger', 'events']) {
    const ask = async (key?: string) =>
      (await world.call('GET', `/operator/services/${service}`, key === undefined ? {} : { key })).json.error.code
    expect([await ask(), await ask(person), await ask(world.auth.issue())]).toEqual([
      'session_missing',
      'operator_required',
      'session_missing',
    ])
  }
})
