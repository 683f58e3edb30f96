import { describe, expect, test } from 'vitest'
import { readGatewayConfig } from './config.ts'

describe('readGatewayConfig', () => {
  test('an empty environment gives the documented defaults', () => {
    const config = readGatewayConfig({})
    expect(config).toMatchObject({
      limits: { perKey: 100, perIp: 60 },
      trustedProxies: [],
      allowedOrigins: [],
    })
    expect(Object.isFrozen(config)).toBe(true)
  })

  test('0 switches a limit off', () => {
    expect(readGatewayConfig({ MICRO_RATE_LIMIT: '0' }).limits.perKey).toBe(0)
  })

  test('every wrong setting is named at once', () => {
    const wrong = {
      MICRO_RATE_LIMIT: '-1',
      MICRO_ALLOWED_ORIGINS: 'app.example.com',
      MICRO_TRUSTED_PROXIES: '10.0.0.0/33',
    }
    expect(() => readGatewayConfig(wrong)).toThrow(
      /MICRO_RATE_LIMIT[\s\S]*MICRO_ALLOWED_ORIGINS[\s\S]*MICRO_TRUSTED_PROXIES/,
    )
  })

  test('the cache and the re-verification of streams together stay within the 5 s bound on revocation', () => {
    const { credentialTtlMs, stream } = readGatewayConfig({})
    expect(credentialTtlMs + stream.verifyMs).toBeLessThanOrEqual(5_000)
  })
})
