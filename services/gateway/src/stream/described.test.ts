/** What a real session sends is what docs/asyncapi.json says of it. */
import { readFile } from 'node:fs/promises'
import type { ClientFrame } from '@micro/contracts'
import { compileValidator } from '@micro/service'
import { eventually } from '@micro/testing'
import type { TSchema } from 'typebox'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startWorld, type World } from '../gateway.fixture.ts'
import { errorOf, openSse } from './sse.fixture.ts'
import { openStream } from './stream.fixture.ts'

interface Document {
  readonly operations: Readonly<Record<string, { readonly messages: readonly { readonly $ref: string }[] }>>
  readonly components: {
    readonly messages: Readonly<Record<string, { readonly payload: { readonly $ref: string } }>>
    readonly schemas: Readonly<Record<string, object>>
  }
}
const text = await readFile(new URL('../../../../docs/asyncapi.json', import.meta.url), 'utf8')
const document = JSON.parse(text) as Document

/** With what is referred to in the place of the reference. */
const whole = (node: unknown): unknown => {
  if (node === null || typeof node !== 'object') return node
  if (Array.isArray(node)) return node.map(whole)
  const { $ref } = node as { $ref?: string }
  if ($ref !== undefined) return whole(document.components.schemas[$ref.split('/').at(-1) ?? ''])
  return Object.fromEntries(Object.entries(node).map(([name, value]) => [name, whole(value)]))
}
const checks = new Map<string, ReturnType<typeof compileValidator>>()
const check = (message: string, value: unknown): void => {
  const described = document.components.messages[message]
  expect(described, message).toBeDefined()
  const validate = checks.get(message) ?? compileValidator(whole(described?.payload) as TSchema)
  checks.set(message, validate)
  validate(value, false)
}
const described = (operation: string): string[] =>
  (document.operations[operation]?.messages ?? []).map(({ $ref }) => $ref.split('/').at(-1) ?? '').toSorted()

let world: World
beforeAll(async () => {
  world = await startWorld()
}, 60_000)
afterAll(() => world.stop())

test('every frame that the WebSocket carries, both ways, and every one that is described is sent', async () => {
  const sent = new Set<string>()
  const received = new Set<string>()
  const client = await openStream(world, world.auth.issue('acct_a', 'test', ['events:read']))
  const send = (frame: ClientFrame): void => {
    received.add(frame.type)
    check(frame.type, frame)
    client.send(frame)
  }
  send({ type: 'resume', after: 0, event: 'evt_none' })
  world.events.store('acct_a', 'test', 3)
  await eventually(() => expect(client.seqs()).toEqual([1, 2, 3]))
  // What this key may not be told of.
  world.events.store('acct_a', 'test', 1, { type: 'ledger.account.created' })
  await eventually(() => expect(client.frames.at(-1)).toEqual({ type: 'skip', seq: 4 }))
  send({ type: 'ack', seq: 3 })
  // One for what was never sent is refused.
  client.send({ type: 'ack', seq: 99 })
  await client.closed
  for (const frame of client.frames) {
    sent.add(frame.type)
    check(frame.type, frame)
  }
  expect([...sent].toSorted()).toEqual(described('sendFrames'))
  expect([...received].toSorted()).toEqual(described('receiveFrames'))
})

test('what is described refuses what is none', () => {
  expect(() => check('event', { type: 'event', seq: -1, event: {} })).toThrow()
  expect(() => check('hello', { type: 'hello' })).toThrow()
  expect(() => check('serverSentEvent', { id: 'evt_1' })).toThrow()
})

test('every server-sent event, and the error that ends the stream', async () => {
  const key = world.auth.issue('acct_sse')
  world.events.store('acct_sse', 'test', 300)
  const client = await openSse(world.url, key, { query: '?since=0' })
  // Behind all there was a comment says that there is no more for now, long before the next one is due.
  await eventually(() => client.comments.length > 1)
  expect(client.ids()).toHaveLength(300)
  const keyId = world.auth.keyId(key)
  world.auth.holders.delete(key)
  world.bus.publish('credential.revoked', { keyId })
  expect((await errorOf(client)).code).toBe('api_key_invalid')
  expect(client.events.map(({ type }) => type)).toEqual([...Array.from({ length: 300 }, () => 'message'), 'error'])
  for (const { type, data } of client.events)
    check(type === 'error' ? 'serverSentError' : 'serverSentEvent', JSON.parse(data))
})
