import { Fault } from '@micro/kernel'
import { unwatched } from '@micro/testing'
import { expect, test } from 'vitest'
import { argon2Hasher, nobodysHash } from './hasher.ts'
import { queuedHasher } from './hash-queue.ts'

test('passwords are hashed with Argon2id, 19 MiB, two passes, one lane, and a salt of their own', async () => {
  const [first, second] = [await argon2Hasher.hash('securepassword'), await argon2Hasher.hash('securepassword')]
  expect(first).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
  expect(second).not.toBe(first)
  expect(await argon2Hasher.verify(first, 'securepassword')).toBe(true)
  expect(await argon2Hasher.verify(first, 'securepassworD')).toBe(false)
})

test('a long password counts to its last character', async () => {
  const stored = await argon2Hasher.hash(`${'x'.repeat(1023)}a`)
  expect(await argon2Hasher.verify(stored, `${'x'.repeat(1023)}b`)).toBe(false)
})

test('one password typed in two Unicode forms is one password', async () => {
  expect(await argon2Hasher.verify(await argon2Hasher.hash('caf\u00e9 au lait'), 'cafe\u0301 au lait')).toBe(true)
})

test("nobody's hash is checked like a real one of the same cost, and no password fits it", async () => {
  const cost = (hash: string) => hash.split('$').slice(0, 4)
  expect(cost(nobodysHash)).toEqual(cost(await argon2Hasher.hash('x')))
  expect(nobodysHash.split('$').map((part) => part.length)).toEqual(
    (await argon2Hasher.hash('x')).split('$').map((part) => part.length),
  )
  expect(await argon2Hasher.verify(nobodysHash, '')).toBe(false)
})

/** Hashes that end when told to. */
const slowHasher = () => {
  const started: (() => void)[] = []
  const hash = () => new Promise<string>((resolve) => started.push(() => resolve('done')))
  return { started, hasher: { hash, verify: async () => (await hash()) === 'done' } }
}

const turn = () => new Promise((resolve) => setImmediate(resolve))

test('no more hashes run at a time than configured, and each that waits gets its turn', async () => {
  const { started, hasher } = slowHasher()
  const queued = queuedHasher(hasher, { concurrency: 2, ...unwatched() })
  const all = Promise.all(Array.from({ length: 5 }, () => queued.hash('x')))
  for (const want of [2, 3, 4, 5]) {
    await turn()
    expect(started.length).toBe(want)
    started[want - 2]?.()
  }
  started[4]?.()
  expect(await all).toHaveLength(5)
})

test('with too many waiting the next is told to come back, and a hash that fails leaves its place', async () => {
  const { started, hasher } = slowHasher()
  const queued = queuedHasher(hasher, { concurrency: 1, ...unwatched() })
  const all = Promise.all(Array.from({ length: 65 }, () => queued.verify('h', 'x')))
  await expect(queued.hash('x')).rejects.toThrow(Fault)
  for (let at = 0; at < 65; at++) {
    await turn()
    started[at]?.()
  }
  await all
  const failing = queuedHasher(
    { ...hasher, verify: () => Promise.reject(new Error('broken')) },
    { concurrency: 1, ...unwatched() },
  )
  for (let at = 0; at < 3; at++) await expect(failing.verify('h', 'x')).rejects.toThrow('broken')
})
