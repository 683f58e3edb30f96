import { expect, test } from 'vitest'
import { createProgress } from './progress.ts'

const shown = (isTTY: boolean) => {
  let text = ''
  let now = 0
  const progress = createProgress({ write: (piece) => (text += piece), isTTY }, () => now)
  return { progress, text: () => text, pass: (ms: number) => void (now += ms) }
}

test('a line is written over by the next and taken away in the end', () => {
  const { progress, text, pass } = shown(true)
  progress.tell('12345')
  pass(100)
  progress.tell('123')
  progress.clear()
  progress.clear()
  expect(text()).toBe('\r12345\r123  \r   \r')
})

test('it is drawn ten times a second at most', () => {
  const { progress, text, pass } = shown(true)
  for (let at = 0; at < 1_000; at++) {
    progress.tell('x')
    pass(1)
  }
  expect(text()).toBe('\rx'.repeat(10))
})

test('nothing is written where nobody looks at a terminal', () => {
  const { progress, text } = shown(false)
  progress.tell('x')
  progress.clear()
  expect(text()).toBe('')
})
