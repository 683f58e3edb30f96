import { createAuthSecrets, createCheckpointKeys, createEncryptionKeys, parseAuthSecrets } from '@micro/signing'
import { describe, expect, test } from 'vitest'
import { announced, changedRing, earlier, entriesIn, ringKinds, rotated, without, type RingKind } from './ring-steps.ts'

const then = new Date(1_000_000_000_000)
const now = new Date(1_795_000_000_000)
const fresh = (kind: RingKind): string => {
  if (kind === 'checkpoint') return createCheckpointKeys(then)
  return kind === 'encryption' ? createEncryptionKeys(then) : createAuthSecrets(then)
}
const idsIn = (kind: RingKind, text: string): string[] => entriesIn(kind, text).map(({ id }) => id)

for (const kind of ringKinds)
  describe(`a ring of kind ${kind}`, () => {
    const before = fresh(kind)
    const [first] = idsIn(kind, before)

    test('rotated has one more in front, dated, and keeps the others', () => {
      const after = entriesIn(kind, changedRing(kind, before, { step: rotated, now }))
      expect(after.map(({ id }) => id === first)).toEqual([false, true])
      expect(after[0]?.created).toBe(1_795_000_000)
      expect(earlier(after).map(({ id }) => id)).toEqual([first])
    })

    test('announced keeps its front; announced twice is announced once; rotating then uses that one', () => {
      const once = changedRing(kind, before, { step: announced, now })
      expect(idsIn(kind, once)[0]).toBe(first)
      expect(changedRing(kind, once, { step: announced, now })).toBe(once)
      const [, next] = idsIn(kind, once)
      const used = changedRing(kind, once, { step: rotated, now })
      expect(idsIn(kind, used)).toEqual([next, first])
      expect(entriesIn(kind, used).some((entry) => entry.next === true)).toBe(false)
    })

    test('pruned loses what is named and never what is used or announced, which are no candidates', () => {
      const text = changedRing(kind, changedRing(kind, before, { step: rotated, now }), { step: announced, now })
      const entries = entriesIn(kind, text)
      expect(earlier(entries).map(({ id }) => id)).toEqual([first])
      const left = changedRing(kind, text, { step: without(new Set([first ?? ''])), now })
      expect(idsIn(kind, left)).toEqual(entries.map(({ id }) => id).filter((id) => id !== first))
    })
  })

test('rotating one kind leaves the other secrets of the same file as they were', () => {
  const before = createAuthSecrets(then)
  const after = changedRing('pepper', before, { step: rotated, now })
  expect(parseAuthSecrets(after).jwtKeys).toEqual(parseAuthSecrets(before).jwtKeys)
  expect(parseAuthSecrets(after).peppers.previous).toEqual([parseAuthSecrets(before).peppers.current])
})
