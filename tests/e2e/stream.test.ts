import { eventually } from '@micro/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newMerchant, pay, type Merchant } from './api.ts'
import { openPlatform, type Platform } from './platform.ts'
import { openListener } from './stream-listener.ts'

let platform: Platform
let owner: Merchant
let stranger: Merchant
beforeAll(async () => {
  platform = await openPlatform()
  owner = await newMerchant(platform.url)
  stranger = await newMerchant(platform.url)
})
afterAll(() => platform?.stop())

const listen = (headers: Record<string, string>, after: number | null = null) =>
  openListener(platform.url, headers, { after })

const bearer = (key: string) => ({ authorization: `Bearer ${key}` })

describe('a stream is refused before the upgrade', () => {
  for (const [what, headers] of [
    ['without a key', () => ({})],
    ['with a made-up key', () => bearer('sk_test_nonsense')],
    ['with a session token', () => bearer(owner.token)],
    ['from a foreign web page', () => ({ ...bearer(owner.key), origin: 'https://evil.example' })],
  ] as const satisfies readonly (readonly [string, () => Record<string, string>])[]) {
    test(what, async () => await expect(listen(headers())).rejects.toThrow(/refused with 40[13]/))
  }
})

test('a merchant’s stream carries all of its events in order, and none of another merchant’s', async () => {
  const mine = await listen(bearer(owner.key))
  const theirs = await listen(bearer(stranger.key))
  await Promise.all(Array.from({ length: 10 }, () => pay(owner.test)))
  await pay(stranger.test)
  await eventually(() => expect(mine.events()).toHaveLength(30))
  await eventually(() => expect(theirs.events()).toHaveLength(3))
  const seqs = mine.events().map(({ seq }) => seq)
  expect(seqs).toEqual(Array.from({ length: 30 }, (_, at) => seqs[0]! + at))
  const ids = new Set(mine.events().map(({ id }) => id))
  for (const { id } of theirs.events()) expect(ids.has(id)).toBe(false)
  mine.socket.close()
  theirs.socket.close()
})

test('a stream resumed from a cursor gets exactly what came after it', async () => {
  const first = await listen(bearer(stranger.key), 0)
  await pay(stranger.test)
  await eventually(() => expect(first.events().length).toBeGreaterThanOrEqual(6))
  const all = first.events()
  first.socket.close()
  const cursor = all[2]!.seq
  const resumed = await listen(bearer(stranger.key), cursor)
  await eventually(() => expect(resumed.events()).toEqual(all.slice(3)))
  resumed.socket.close()
})

test('a key revoked while it listens ends the stream', async () => {
  const created = await owner.session('POST', '/auth/api_keys', { body: { environment: 'test' } })
  const { socket } = await listen(bearer(String(created.body['key'])))
  const closed = new Promise<number>((resolve) => socket.on('close', resolve))
  await owner.session('DELETE', `/auth/api_keys/${created.body.id}`)
  await expect(closed).resolves.toBe(4401)
})
