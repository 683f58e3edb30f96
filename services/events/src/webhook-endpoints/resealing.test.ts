import { isSealedUnderCurrent, newEncryptionKey, parseEncryptionKeys, seal } from '@micro/signing'
import { expect, test } from 'vitest'
import { defaultEventsConfig } from '../config.ts'
import { key, testKeys, webhookWorld } from '../webhooks.fixture.ts'
import { secretPlace } from './webhook-endpoint.ts'

const ring = (at: number) => parseEncryptionKeys(JSON.stringify({ keys: [newEncryptionKey(new Date(at))] }))

test('secrets that cannot be opened, a batch of them and more, keep no other from being sealed anew', async () => {
  const old = testKeys()
  await using world = await webhookWorld({ encryptionKeys: old })
  const { sql } = world.database.db
  const make = (merchant: string) => world.endpoint({ url: 'https://shop.example.com/' }, key(merchant))
  const lost = ring(1)
  const spoil = async (merchant: string, which: 'secret' | 'previous_secret') => {
    const { id } = await make(merchant)
    const text = seal(lost, secretPlace({ merchant, mode: 'test', id }, which), 'whsec_of_nobody')
    if (which === 'secret') await sql`update events.webhook_endpoints set secret = ${text} where id = ${id}`
    else
      await sql`update events.webhook_endpoints set previous_secret = ${text}, previous_secret_until = now() where id = ${id}`
    return id
  }
  for (let at = 0; at < 50; at++) await spoil(`acct_${at % 10}`, 'secret')
  const half = await spoil('acct_half', 'previous_secret')
  const { id: good } = await make('acct_good')
  const fresh = ring(2)
  const encryptionKeys = { current: fresh.current, previous: [old.current] }
  const { resealing } = world.another({ config: { ...defaultEventsConfig, encryptionKeys } })
  // All of them twice: what is passed by is looked at again, in case its key came back.
  for (let pass = 0; pass < 2; pass++) while (await resealing.round());
  const rows = await sql<{ id: string; secret: string; previous_secret: string | null }>`
    select id, secret, previous_secret from events.webhook_endpoints`
  const renewed = rows.filter(({ secret }) => isSealedUnderCurrent(fresh, secret))
  expect(renewed.map(({ id }) => id).toSorted()).toEqual([good, half].toSorted())
  expect(rows.filter((row) => isSealedUnderCurrent(lost, row.previous_secret ?? row.secret))).toHaveLength(51)
})
