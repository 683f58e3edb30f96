import type { MerchantPrincipal } from '@micro/contracts'
import {
  createAuthSecrets,
  newPepper,
  newSigningJwk,
  parseAuthSecrets,
  readAuthSecrets,
  type AuthSecrets,
} from '@micro/signing'
import { fakeClock, testDatabase, type TestDatabase } from '@micro/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startAuth, testConfig, type TestAuth } from '../testing/harness.ts'

const clock = fakeClock()
const now = clock.now()
const old = readAuthSecrets(createAuthSecrets(now))
const pepper = newPepper(now)
const jwk = newSigningJwk(now)
/** What the file holds as a rotation goes on: before it, announced, rotated, pruned. */
const stages: readonly AuthSecrets[] = [
  old,
  { peppers: [...old.peppers, { ...pepper, next: true }], jwt_keys: [...old.jwt_keys, { ...jwk, next: true }] },
  { peppers: [pepper, ...old.peppers], jwt_keys: [jwk, ...old.jwt_keys] },
  { peppers: [pepper], jwt_keys: [jwk] },
]
/** Two processes, restarted one after the other at each stage; the last stage comes once tokens and uses have run dry. */
const restarts = [
  [0, 0],
  [1, 0],
  [1, 1],
  [2, 1],
  [2, 2],
] as const

let database: TestDatabase
let first: MerchantPrincipal
const running: TestAuth[] = []
const at: TestAuth[] = []

beforeAll(async () => {
  database = await testDatabase('auth')
  for (const stage of stages) {
    const config = await testConfig(parseAuthSecrets(JSON.stringify(stage)))
    at.push(await startAuth({ db: database.db, clock, config }))
  }
  running.push(...at)
  first = (await at[0]!.enter('first@example.com')).principal
})
afterAll(async () => {
  await Promise.all(running.map((each) => each.stop()))
  await database.close()
})

describe('while auth processes are restarted one by one, rotated secrets announced before', () => {
  test('no token and no key that any of them made is refused by another, whoever is asked how often', async () => {
    const tokens: string[] = []
    const keys: string[] = []
    for (const [one, other] of restarts) {
      const processes = [at[one]!, at[other]!]
      for (const each of processes) {
        tokens.push((await each.logIn('first@example.com')).body.token)
        keys.push((await each.createKey(first)).key)
      }
      const answers = await Promise.all(
        processes.flatMap((each) =>
          [...tokens, ...keys, ...tokens, ...keys].map((credential) => each.verify(credential)),
        ),
      )
      expect(answers.filter((principal) => principal === null)).toEqual([])
      expect(new Set(answers.map((principal) => principal?.merchant))).toEqual(new Set([first.merchant]))
    }
  })

  test('a refresh token spent at one is spent at the other, and its retry elsewhere gets the same successor', async () => {
    for (const [one, other] of restarts) {
      const { refresh_token } = (await at[one]!.logIn('first@example.com')).body
      const successor = (await at[one]!.refresh(refresh_token)).body.refresh_token
      expect((await at[other]!.refresh(refresh_token)).body.refresh_token).toBe(successor)
      expect((await at[other]!.refresh(successor)).status).toBe(200)
    }
  })
})

test('without the announcement the one that is not restarted yet refuses: hence two steps', async () => {
  const { token } = (await at[2]!.logIn('first@example.com')).body
  const { key } = await at[2]!.createKey(first)
  expect([await at[0]!.verify(token), await at[0]!.verify(key)]).toEqual([null, null])
})

test('once pruned, what only the old secrets made stops working and everything else goes on', async () => {
  const before = (await at[0]!.logIn('first@example.com')).body
  const after = (await at[2]!.logIn('first@example.com')).body
  expect(await at[3]!.verify(before.token)).toBeNull()
  expect(await at[3]!.verify(after.token)).not.toBeNull()
  // The person stays logged in: refresh tokens need neither secret.
  const renewed = await at[3]!.refresh(before.refresh_token)
  expect(await at[3]!.verify(renewed.body.token)).not.toBeNull()
})
