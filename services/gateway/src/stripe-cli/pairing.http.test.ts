import { afterAll, beforeAll, expect, test } from 'vitest'
import { startWorld, type World } from '../gateway.fixture.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
}, 60_000)
afterAll(() => world.stop())

const begin = async (body: string) =>
  (
    await world.call('POST', '/stripecli/auth', {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body,
    })
  ).json

test("Micro's command line gets its token beside the page's address, and none of the addresses holds it", async () => {
  expect(await begin('device_name=desk&gives=session')).toEqual({
    browser_url: `http://127.0.0.1:${world.port}/stripecli/confirm/pair_1`,
    verification_code: 'amber-dove-lily-reef',
    token: 'pairt_1',
  })
})

test("Stripe's command line gets an address to ask at, as it knows no other way", async () => {
  expect(await begin('device_name=desk')).toEqual({
    browser_url: `http://127.0.0.1:${world.port}/stripecli/confirm/pair_1`,
    verification_code: 'amber-dove-lily-reef',
    poll_url: `http://127.0.0.1:${world.port}/stripecli/auth/pairt_1`,
  })
})
