import { join } from 'node:path'
import { eventually } from '@micro/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newMerchant, pay, type Merchant } from './api.ts'
import { microProgram, start, temporaryDirectory, type Running } from './harness.ts'
import { ready, receiver } from './listener.ts'
import { openPlatform, type Platform } from './platform.ts'

let platform: Platform
let merchant: Merchant
let folder: string
beforeAll(async () => {
  platform = await openPlatform()
  merchant = await newMerchant(platform.url)
  folder = await temporaryDirectory()
})
afterAll(() => platform?.stop())

const listen = (...args: string[]): Running =>
  start(microProgram, ['listen', ...args, '--config', join(folder, 'none.yaml')], {
    env: { MICRO_GATEWAY_URL: platform.url, MICRO_API_KEY: merchant.key },
  })
const end = (listener: Running) => {
  listener.child.kill('SIGINT')
  return listener.ended
}

test('events of the past are forwarded from an event, a number or a time on, in order', async () => {
  const first = listen('--json')
  await eventually(() => expect(first.stderr()).toContain('Ready!'))
  for (let count = 0; count < 3; count++) await pay(merchant.test)
  await eventually(() => expect(first.stdout().match(/"kind":"event"/g)).toHaveLength(9))
  const known = (await end(first)).stdout
    .split('\n')
    .filter((line) => line.includes('"kind":"event"'))
    .map((line) => JSON.parse(line) as { seq: number; event: { id: string; created: number } })

  for (const [args, from] of [
    [['--replay-from', known[4]!.event.id], 4],
    [['--replay-from', String(known[6]!.seq)], 6],
    [['--since', String(known[0]!.event.created)], 0],
    [['--since', '1h'], 0],
  ] as const) {
    const { url, received, close } = await receiver()
    const listener = listen('--forward-to', url, ...args)
    await ready(listener)
    const want = known.slice(from).map(({ event }) => event.id)
    await eventually(() => expect(received.map(({ event }) => event.id).toSorted()).toEqual(want.toSorted()))
    await end(listener)
    close()
  }
  const none = await listen('--replay-from', 'evt_none').ended
  expect([none.code, none.stderr]).toEqual([4, "Error: No such event: 'evt_none'\n"])
})

test('with a resume file nothing is missed while nobody listens, and nothing comes twice', async () => {
  const { url, received, close } = await receiver()
  const file = join(folder, 'position')
  const first = listen('--forward-to', url, '--resume-file', file)
  await ready(first)
  await pay(merchant.test)
  await eventually(() => expect(received).toHaveLength(3))
  await end(first)
  await pay(merchant.test)
  const second = listen('--forward-to', url, '--resume-file', file)
  await ready(second)
  await eventually(() => expect(received).toHaveLength(6))
  await pay(merchant.test)
  await eventually(() => expect(received).toHaveLength(9))
  expect(new Set(received.map(({ event }) => event.id)).size).toBe(9)
  await end(second)
  close()
})
