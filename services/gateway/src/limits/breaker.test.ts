import { expect, test } from 'vitest'
import { circuitBreaker } from './breaker.ts'

const setUp = () => {
  let nowMs = 0
  const breaker = circuitBreaker({ failuresMax: 3, openMs: 1_000, nowMs: () => nowMs })
  return { breaker, pass: (ms: number) => void (nowMs += ms) }
}

test('three failures in a row end the asking, a success between them does not', () => {
  const { breaker } = setUp()
  for (const outcome of ['failed', 'failed', 'succeeded', 'failed', 'failed'] as const) {
    breaker[outcome]()
    expect(breaker.mayAsk()).toBe(true)
  }
  expect(breaker.isSound()).toBe(false)
  breaker.failed()
  expect(breaker.mayAsk()).toBe(false)
})

test('after a second one caller finds out for all', () => {
  const { breaker, pass } = setUp()
  for (let at = 0; at < 3; at++) breaker.failed()
  pass(999)
  expect(breaker.mayAsk()).toBe(false)
  pass(1)
  expect([breaker.mayAsk(), breaker.mayAsk()]).toEqual([true, false])
  breaker.failed()
  pass(999)
  expect(breaker.mayAsk()).toBe(false)
  pass(1)
  expect(breaker.mayAsk()).toBe(true)
  breaker.succeeded()
  expect([breaker.mayAsk(), breaker.mayAsk(), breaker.isSound()]).toEqual([true, true, true])
})
