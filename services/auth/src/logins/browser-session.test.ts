import { addMs } from '@micro/kernel'
import { describe, expect, test } from 'vitest'
import { browserSessionEnd, browserSessionMsMax, idleMsMax, putOffEnd } from './browser-session.ts'

const createdAt = new Date('2026-01-01T00:00:00Z')
const minuteMs = 60_000
const after = (ms: number): Date => addMs(createdAt, ms)

describe("a browser's session", () => {
  for (const [name, usedMs, endMs] of [
    ['is over when nobody used it for 12 hours', 0, idleMsMax],
    ['goes on for as long from each use', 3 * idleMsMax, 4 * idleMsMax],
    ['is over after 7 days, however busy', browserSessionMsMax - minuteMs, browserSessionMsMax],
  ] as const)
    test(name, () => expect(browserSessionEnd({ createdAt, now: after(usedMs) })).toEqual(after(endMs)))

  for (const [name, usedMs, want] of [
    ['at once after it began', minuteMs, undefined],
    ['a while later', 30 * minuteMs, after(idleMsMax + 30 * minuteMs)],
  ] as const)
    test(`used ${name}, its end is ${want === undefined ? 'left as it is' : 'put off'}`, () =>
      expect(putOffEnd({ created_at: createdAt, expires_at: after(idleMsMax) }, after(usedMs))).toEqual(want))

  test('used in its last hours, its end stays', () => {
    const session = { created_at: createdAt, expires_at: after(browserSessionMsMax) }
    expect(putOffEnd(session, after(browserSessionMsMax - minuteMs))).toBeUndefined()
  })
})
