import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { createWholeCheck } from './whole.ts'

const exportOf = (count: number): Buffer => {
  const head = ['{"object":"ledger.export"}', ...Array.from({ length: count }, (_, at) => `{"seq":${at},"text":"ä€"}`)]
  const before = head.map((line) => `${line}\n`).join('')
  const sha256 = createHash('sha256').update(before).digest('hex')
  return Buffer.from(
    `${before}{"object":"ledger.export.end","transactions":${count},"to_seq":${count},"sha256":"${sha256}"}\n`,
  )
}

const check = (bytes: Uint8Array, size = 7) => {
  const watch = createWholeCheck()
  for (let at = 0; at < bytes.length; at += size) watch.take(bytes.subarray(at, at + size))
  return watch.end()
}

test('a whole export is known as one wherever its pieces are cut', () => {
  const whole = exportOf(3)
  for (let size = 1; size <= whole.length; size++) expect(check(whole, size)).toMatchObject({ transactions: 3 })
})

test('one that is cut off anywhere is not whole', () => {
  const whole = exportOf(3)
  for (let end = 0; end < whole.length; end++) expect(() => check(whole.subarray(0, end))).toThrow('is not whole')
})

test('one of which any byte is another is not whole', () => {
  const whole = exportOf(2)
  const endAt = whole.subarray(0, -1).lastIndexOf(10)
  for (let at = 0; at <= endAt; at++) {
    const changed = Buffer.from(whole)
    changed[at] = (changed[at] ?? 0) ^ 1
    expect(() => check(changed)).toThrow('is not whole')
  }
})

describe('what may follow the lines', () => {
  for (const [name, tail, message] of [
    ['an error in place of the end', '{"error":{"message":"It broke."}}\n', 'not whole: It broke.'],
    ['something after the end', '{"more":1}\n', 'the line that ends it is missing'],
    ['no JSON', 'oops\n', 'its last line is not valid'],
  ] as const)
    test(name, () => expect(() => check(Buffer.concat([exportOf(1), Buffer.from(tail)]))).toThrow(message))
})
