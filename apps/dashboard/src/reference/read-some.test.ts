import { expect, test } from 'vitest'
import { readSome } from './read-some.ts'

const bodyOf = (parts: readonly string[], { ends = true } = {}) => {
  let cancelled = false
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const part of parts) controller.enqueue(new TextEncoder().encode(part))
      if (ends) controller.close()
    },
    cancel: () => void (cancelled = true),
  })
  return { body, wasCancelled: () => cancelled }
}

test('a body is read to its end', async () => {
  const { body } = bodyOf(['{"a":', '"ü"}'])
  expect(await readSome(body)).toEqual({ text: '{"a":"ü"}', cut: false })
})

test('of a long one the beginning is read, and the rest is left', async () => {
  const { body, wasCancelled } = bodyOf(['abc', 'def', 'ghi'], { ends: false })
  expect(await readSome(body, { charsMax: 4, msMax: 60_000 })).toEqual({ text: 'abcd', cut: true })
  expect(wasCancelled()).toBe(true)
})

test('of one that does not end what came in time is read', async () => {
  const { body, wasCancelled } = bodyOf(['data: 1\n\n'], { ends: false })
  expect(await readSome(body, { charsMax: 100, msMax: 20 })).toEqual({ text: 'data: 1\n\n', cut: true })
  expect(wasCancelled()).toBe(true)
})

test('no body is nothing', async () => expect(await readSome(null)).toEqual({ text: '', cut: false }))
