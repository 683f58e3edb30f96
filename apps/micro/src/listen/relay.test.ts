import { eventually } from '@micro/testing'
import { expect, test } from 'vitest'
import { eventOf } from '../gateway.fixture.ts'
import type { Forwarded } from './forward.ts'
import { createRelay } from './relay.ts'

const plain = {
  parallelMax: 10,
  retries: 0,
  backoffMs: () => 0,
  pause: () => Promise.resolve(),
  isStopped: () => false,
  onAttempt: () => {},
}

/** A relay whose forwards end when the test says so. */
const controlled = (parallelMax: number) => {
  const started: string[] = []
  const done: string[] = []
  const finish = new Map<string, (result: Forwarded) => void>()
  const relay = createRelay({
    ...plain,
    parallelMax,
    targets: [
      {
        name: 'a',
        wants: () => true,
        forward: ({ id }) => {
          started.push(id)
          return new Promise((resolve) => finish.set(id, resolve))
        },
      },
    ],
  })
  const accept = (seq: number, object: string) =>
    relay.accept(eventOf(seq, {}, { id: object }), () => void done.push(`evt_${seq}`))
  const end = (seq: number) => finish.get(`evt_${seq}`)?.({ status: 200, ms: 1 })
  return { accept, end, started, done }
}

test('events of one object go one after another, those of others side by side', async () => {
  const { accept, end, started, done } = controlled(10)
  accept(1, 'pi_a')
  accept(2, 'pi_a')
  accept(3, 'pi_b')
  await eventually(() => expect(started).toEqual(['evt_1', 'evt_3']))
  end(3)
  await eventually(() => expect(done).toEqual(['evt_3']))
  end(1)
  await eventually(() => expect(started).toEqual(['evt_1', 'evt_3', 'evt_2']))
  end(2)
  await eventually(() => expect(done).toEqual(['evt_3', 'evt_1', 'evt_2']))
})

test('no more than the bound run at a time, and the rest follow in order', async () => {
  const { accept, end, started } = controlled(2)
  for (let seq = 1; seq <= 5; seq++) accept(seq, `pi_${seq}`)
  await eventually(() => expect(started).toEqual(['evt_1', 'evt_2']))
  end(2)
  await eventually(() => expect(started).toEqual(['evt_1', 'evt_2', 'evt_3']))
  end(1)
  end(3)
  await eventually(() => expect(started).toEqual(['evt_1', 'evt_2', 'evt_3', 'evt_4', 'evt_5']))
})

test('events waiting behind a hung object take no place from others', async () => {
  const { accept, started } = controlled(2)
  for (let seq = 1; seq <= 5; seq++) accept(seq, 'pi_hung')
  accept(6, 'pi_other')
  await eventually(() => expect(started).toEqual(['evt_1', 'evt_6']))
})

test('each target gets what it wants; one that hangs holds up no other, and done is when all have ended', async () => {
  const got: string[] = []
  const done: number[] = []
  let release = (): void => {}
  const hung = new Promise<Forwarded>((resolve) => {
    release = () => resolve({ status: 200, ms: 1 })
  })
  const target = (name: string, wants: (type: string) => boolean, answer: () => Promise<Forwarded>) => ({
    name,
    wants,
    forward: ({ id }: { id: string }) => {
      got.push(`${name} ${id}`)
      return answer()
    },
  })
  const relay = createRelay({
    ...plain,
    targets: [
      target(
        'all',
        () => true,
        () => Promise.resolve({ status: 200, ms: 1 }),
      ),
      target(
        'hung',
        (type) => type.startsWith('charge.'),
        () => hung,
      ),
    ],
  })
  relay.accept(eventOf(1, { type: 'charge.failed' }, { id: 'ch_1' }), () => void done.push(1))
  relay.accept(eventOf(2, { type: 'charge.failed' }, { id: 'ch_1' }), () => void done.push(2))
  relay.accept(eventOf(3, {}, { id: 'pi_1' }), () => void done.push(3))
  await eventually(() => expect(done).toEqual([3]))
  expect(got.toSorted()).toEqual(['all evt_1', 'all evt_2', 'all evt_3', 'hung evt_1'])
  release()
  await eventually(() => expect(done).toEqual([3, 1, 2]))
})

test('what fails is tried again before what follows of its object, and is given up in the end', async () => {
  const got: string[] = []
  const said: unknown[] = []
  const relay = createRelay({
    ...plain,
    retries: 2,
    backoffMs: (attempt) => 10 * (attempt + 1),
    targets: [
      {
        name: 'a',
        wants: () => true,
        forward: ({ id }) => {
          got.push(id)
          return Promise.resolve(id === 'evt_2' && got.length > 4 ? { status: 200, ms: 1 } : { ms: 1, error: 'away' })
        },
      },
    ],
    onAttempt: ({ event, result, retryInMs }) => said.push([event.id, result.status, retryInMs]),
  })
  const done: number[] = []
  for (const seq of [1, 2]) relay.accept(eventOf(seq, {}, { id: 'pi_a' }), () => void done.push(seq))
  await eventually(() => expect(done).toEqual([1, 2]))
  expect(said).toEqual([
    ['evt_1', undefined, 10],
    ['evt_1', undefined, 20],
    ['evt_1', undefined, undefined],
    ['evt_2', undefined, 10],
    ['evt_2', 200, undefined],
  ])
})

test('an end in the middle of a retry leaves the event undone', async () => {
  let stopped = false
  const done: number[] = []
  const relay = createRelay({
    ...plain,
    retries: 5,
    isStopped: () => stopped,
    pause: () => {
      stopped = true
      return Promise.resolve()
    },
    targets: [{ name: 'a', wants: () => true, forward: () => Promise.resolve({ ms: 1, error: 'away' }) }],
  })
  relay.accept(eventOf(1), () => void done.push(1))
  await eventually(() => expect(stopped).toBe(true))
  await Promise.resolve()
  expect(done).toEqual([])
})
