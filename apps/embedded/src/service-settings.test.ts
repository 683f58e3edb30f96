import { systemClock } from '@micro/kernel'
import { createAuthSecrets, createCheckpointKeys, createEncryptionKeys } from '@micro/signing'
import { expect, test } from 'vitest'
import { readConfig } from './config.ts'
import { readServiceSettings } from './service-settings.ts'

test('strangers may register by default only where nobody but this machine can reach the gateway', () => {
  const now = systemClock.now()
  const kept = {
    authSecrets: createAuthSecrets(now),
    checkpointKeys: createCheckpointKeys(now),
    encryptionKeys: createEncryptionKeys(now),
    checkpointsFile: '/data/checkpoints.ndjson',
  }
  const isOpen = (args: string[], env: Record<string, string>) =>
    readServiceSettings(readConfig(args, env), kept).auth.registrationOpen
  expect(isOpen([], {})).toBe(true)
  expect(isOpen(['--host', '0.0.0.0'], {})).toBe(false)
  expect(isOpen(['--host', '0.0.0.0'], { MICRO_PUBLISHED_HOST: '127.0.0.1' })).toBe(true)
  // A proxy beside it lets everybody in whom it is reached by.
  expect(isOpen([], { MICRO_TRUSTED_PROXIES: '127.0.0.1' })).toBe(false)
  expect(isOpen([], { MICRO_TRUSTED_PROXIES: '127.0.0.1', MICRO_REGISTRATION: 'open' })).toBe(true)
})
