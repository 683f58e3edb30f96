import { SealError } from '@micro/signing'
import { expect, test } from 'vitest'
import { hashOf, isWebSocketId, newWebSocketId, openCredential, sealCredential } from './websocket-id.ts'

test('only who shows the id reads the credential it was sealed for', () => {
  const [mine, theirs] = [newWebSocketId(), newWebSocketId()]
  const sealed = sealCredential(mine, 'sk_test_secret')
  expect(sealed).not.toContain('sk_test')
  expect(openCredential(mine, sealed)).toBe('sk_test_secret')
  expect(() => openCredential(theirs, sealed)).toThrow(SealError)
})

test('an id is 256 random bits, and its name tells nothing of it', () => {
  const id = newWebSocketId()
  expect(isWebSocketId(id)).toBe(true)
  expect(Buffer.from(id.slice('cliws_'.length), 'base64url')).toHaveLength(32)
  expect(hashOf(id)).toMatch(/^[0-9a-f]{64}$/)
  for (const other of ['', 'cliws_1', `${id}0`, id.replace('cliws', 'cli'), undefined])
    expect(isWebSocketId(other)).toBe(false)
})
