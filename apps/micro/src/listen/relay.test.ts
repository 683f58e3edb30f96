import { eventually } from '@micro/testing'
import { expect, test } from 'vitest'
import { eventOf } from '../gateway.fixture.ts'
import type { Forwarded } from './forward.ts'
import { createRelay } from './relay.ts'

/** A relay whose forwards end when the test says so. */
const controlled = (parallelMax: number) => {
  const started: string[] = []
  const done: string[] = []
  const finish = new Map<string, (result: Forwarded) => void>()
  const relay = createRelay({
    parallelMax,
    forward: ({ id }) => {
      started.push(id)
      return new Promise((resolve) => finish.set(id, resolve))
    },
    onForwarded: () => {},
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
