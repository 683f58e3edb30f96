import { fakeClock, testDatabase, type TestDatabase } from '@micro/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startAuth, type TestAuth } from '../testing/harness.ts'
import { decideRefresh } from './session.ts'

const clock = fakeClock()
let database: TestDatabase
let auth: TestAuth

beforeAll(async () => {
  database = await testDatabase('auth')
  auth = await startAuth({ db: database.db, clock })
})
afterAll(async () => {
  await auth.stop()
  await database.close()
})

const day = 24 * 60 * 60 * 1000

describe('the decision', () => {
  const now = clock.now()
  const at = (ms: number) => new Date(now.getTime() + ms)
  const live = { ended_at: null, expires_at: at(day) }
  const unused = { session: 'ses_1', expires_at: at(day), used_at: null, successor: null, successor_used: false }
  const used = (ms: number, successor_used = false) => ({
    ...unused,
    used_at: at(-ms),
    successor: Buffer.alloc(32),
    successor_used,
  })
  for (const [name, session, token, want] of [
    ['unused', live, unused, 'rotate'],
    ['used just now', live, used(0), 'repeat'],
    ['used 10 s ago', live, used(10_000), 'repeat'],
    ['used longer ago', live, used(10_001), 'reuse'],
    ['used just now, as was its successor', live, used(0, true), 'reuse'],
    ['expired', live, { ...unused, expires_at: now }, 'refuse'],
    ['expired and used', live, { ...used(day), expires_at: now }, 'refuse'],
    ['of an ended session', { ...live, ended_at: now }, unused, 'refuse'],
    ['of an ended session, used', { ...live, ended_at: now }, used(day), 'refuse'],
    ['of an expired session', { ...live, expires_at: now }, unused, 'refuse'],
  ] as const) {
    test(`a token ${name}: ${want}`, () => expect(decideRefresh(session, token, now)).toBe(want))
  }
})

test('a refresh token gives new tokens of the same session, and its successor works after it', async () => {
  const { tokens, principal } = await auth.enter('rotate@example.com')
  const second = (await auth.refresh(tokens.refresh_token)).body
  expect(second.refresh_token).not.toBe(tokens.refresh_token)
  expect(await auth.verify(second.token)).toEqual(principal)
  expect((await auth.refresh(second.refresh_token)).status).toBe(200)
})

test('a used token presented later ends the session with every token of it, and tells the gateways', async () => {
  const { tokens, principal } = await auth.enter('stolen@example.com')
  const second = (await auth.refresh(tokens.refresh_token)).body
  clock.advance(10_001)
  expect((await auth.refresh(tokens.refresh_token)).code).toBe('refresh_token_invalid')
  expect((await auth.refresh(second.refresh_token)).code).toBe('refresh_token_invalid')
  expect(await auth.verify(second.token)).toBeNull()
  expect(auth.revoked).toContainEqual({ session: principal.session })
})

test('the grandparent of a live token is a reuse, however soon it comes', async () => {
  const { tokens } = await auth.enter('grandparent@example.com')
  const second = (await auth.refresh(tokens.refresh_token)).body
  const third = (await auth.refresh(second.refresh_token)).body
  expect((await auth.refresh(tokens.refresh_token)).code).toBe('refresh_token_invalid')
  expect((await auth.refresh(third.refresh_token)).code).toBe('refresh_token_invalid')
})

test('ten uses of one token at once all get the same successor, which works', async () => {
  const { tokens, principal } = await auth.enter('tabs@example.com')
  const answers = await Promise.all(Array.from({ length: 10 }, () => auth.refresh(tokens.refresh_token)))
  expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 200))
  const successors = new Set(answers.map(({ body }) => body.refresh_token))
  expect(successors.size).toBe(1)
  const [successor = ''] = successors
  expect((await auth.refresh(successor)).status).toBe(200)
  for (const { body } of answers) expect(await auth.verify(body.token)).toEqual(principal)
})

test('a repeat gets its successor also when the pepper was rotated in between', async () => {
  const { tokens } = await auth.enter('rotated@example.com')
  const successor = (await auth.refresh(tokens.refresh_token)).body.refresh_token
  const { peppers } = auth.config
  const config = {
    ...auth.config,
    peppers: { current: { id: 'pep_new', secret: Buffer.alloc(32, 7) }, previous: [peppers.current] },
  }
  const rotated = await startAuth({ db: database.db, clock, config })
  expect((await rotated.refresh(tokens.refresh_token)).body.refresh_token).toBe(successor)
  await rotated.stop()
})

test('a refresh token lasts 30 days, and using it starts the term anew', async () => {
  const { tokens } = await auth.enter('term@example.com')
  clock.advance(29 * day)
  const second = (await auth.refresh(tokens.refresh_token)).body
  clock.advance(29 * day)
  const third = (await auth.refresh(second.refresh_token)).body
  clock.advance(30 * day)
  expect((await auth.refresh(third.refresh_token)).code).toBe('refresh_token_invalid')
})

test('unknown texts are refused alike', async () => {
  const { tokens } = await auth.enter('texts@example.com')
  for (const text of [
    'x',
    `rt_${'0'.repeat(64)}`,
    tokens.token.slice(0, 255),
    tokens.refresh_token.toUpperCase(),
    '\u0000',
  ])
    expect((await auth.refresh(text)).code).toBe('refresh_token_invalid')
})

test('the database holds at most one unused token per session', async () => {
  const { principal } = await auth.enter('one@example.com')
  await expect(database.owner.sql`
    insert into auth.refresh_tokens (hash, session, created_at, expires_at)
    values (${Buffer.alloc(32, 1)}, ${principal.session}, now(), now())`).rejects.toThrow(/refresh_tokens_unused/)
})
