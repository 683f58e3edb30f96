import { expect, test } from 'vitest'
import { readEventFilter, readTarget, streamUrl, targetText } from './options.ts'

for (const [text, href] of [
  ['http://localhost:4242/webhook', 'http://localhost:4242/webhook'],
  ['localhost:3000/hook', 'http://localhost:3000/hook'],
  ['https://example.test', 'https://example.test/'],
] as const)
  test(`--forward-to ${text} means ${href}`, () => expect(readTarget(text).href).toBe(href))

test('a password in the target is used and never shown', () => {
  const target = readTarget('http://me:secret@localhost:1/x')
  expect(target.password).toBe('secret')
  expect(targetText(target)).toBe('http://localhost:1/x')
})

for (const [filter, wanted] of [
  [undefined, ['charge.failed', 'charge.succeeded', 'payment_intent.created']],
  ['charge.failed', ['charge.failed']],
  ['charge.*', ['charge.failed', 'charge.succeeded']],
  [' charge.failed , payment_intent.* ', ['charge.failed', 'payment_intent.created']],
  ['*', ['charge.failed', 'charge.succeeded', 'payment_intent.created']],
] as const)
  test(`--events ${filter} lets ${wanted.join(', ')} through`, () =>
    expect(['charge.failed', 'charge.succeeded', 'payment_intent.created'].filter(readEventFilter(filter))).toEqual(
      wanted,
    ))

test('the stream is beside the API, encrypted when the API is', () => {
  expect(streamUrl('http://localhost:8080')).toBe('ws://localhost:8080/ws')
  expect(streamUrl('https://micro.test/base')).toBe('wss://micro.test/base/ws')
})
