import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { newCertificate, temporaryDirectory } from '@micro/testing'
import { describe, expect, test } from 'vitest'

import { readGatewayConfig } from './config.ts'

describe('readGatewayConfig', () => {
  test('an empty environment gives the documented defaults', () => {
    const config = readGatewayConfig({})
    expect(config).toMatchObject({
      limits: { perKey: 100, perIp: 60 },
      trustedProxies: [],
      publishedOnLoopback: false,
      tls: undefined,
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
      MICRO_DASHBOARD_DIR: '/nowhere',
      MICRO_DOCS_DIR: '/nowhere',
      MICRO_TLS_CERT_FILE: '/nowhere/cert.pem',
      MICRO_TLS_KEY_FILE: '/nowhere/key.pem',
    }
    for (const name of Object.keys(wrong)) expect(() => readGatewayConfig(wrong)).toThrow(`  - ${name} `)
  })

  test('certificate and key are tried together, and no part of the key is told', async () => {
    const directory = await temporaryDirectory()
    const [one, two] = [newCertificate(), newCertificate()]
    const write = async (name: string, text: string): Promise<string> => {
      const path = join(directory.path, name)
      await writeFile(path, text)
      return path
    }
    const cert = await write('cert.pem', one.cert)
    const key = await write('key.pem', one.key)
    const read = (MICRO_TLS_CERT_FILE: string, MICRO_TLS_KEY_FILE: string) => () =>
      readGatewayConfig({ MICRO_TLS_CERT_FILE, MICRO_TLS_KEY_FILE })
    expect(read(cert, key)().tls?.cert.toString()).toBe(one.cert)
    expect(read(cert, '')).toThrow(/MICRO_TLS_KEY_FILE is missing/)
    expect(read('', key)).toThrow(/MICRO_TLS_CERT_FILE is missing/)
    for (const other of [two.key, 'no key at all '.repeat(5), one.key.slice(0, 100)]) {
      const attempt = read(cert, await write('other.pem', other))
      expect(attempt).toThrow(/MICRO_TLS_CERT_FILE and MICRO_TLS_KEY_FILE cannot be used/)
      expect(attempt).not.toThrow(other.slice(30, 60))
    }
    await directory.remove()
  })

  test('the cache and the re-verification of streams together stay within the 5 s bound on revocation', () => {
    const { credentialTtlMs, stream } = readGatewayConfig({})
    expect(credentialTtlMs + stream.verifyMs).toBeLessThanOrEqual(5_000)
  })
})
