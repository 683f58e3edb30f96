import { createCheckpointKeys, parseCheckpointKeys } from '@micro/signing'
import { expect, test } from 'vitest'
import { readLedgerConfig } from './config.ts'

const keys = createCheckpointKeys(new Date(0))
const env = { MICRO_CHECKPOINT_KEYS: keys }

test('what is not set has its default', () => {
  expect(readLedgerConfig(env)).toEqual({
    defaultCurrency: 'usd',
    checkpoints: {
      keys: parseCheckpointKeys(keys),
      file: undefined,
      everyTransactions: 10_000,
      everyMs: 3_600_000,
    },
    verifyEveryMs: 86_400_000,
  })
  expect(readLedgerConfig({ ...env, MICRO_DEFAULT_CURRENCY: 'EUR' }).defaultCurrency).toBe('eur')
})

test('the environment decides where checkpoints go, else the installation', () => {
  const places = { checkpointKeys: keys, checkpointsFile: '/data/checkpoints.ndjson' }
  expect(readLedgerConfig({}, places).checkpoints.file).toBe('/data/checkpoints.ndjson')
  expect(readLedgerConfig({ MICRO_CHECKPOINTS_FILE: '/mnt/x' }, places).checkpoints.file).toBe('/mnt/x')
})

test('everything that is wrong is named at once, and no key', () => {
  const broken = keys.replace(/"d":"./, '"d":"!')
  const wrong = {
    MICRO_CHECKPOINT_KEYS: broken,
    MICRO_DEFAULT_CURRENCY: 'dollars',
    MICRO_VERIFY_HOURS: '0',
    MICRO_CHECKPOINTS_FILE: 'x',
  }
  let message = ''
  try {
    readLedgerConfig(wrong)
  } catch (error) {
    message = (error as Error).message
  }
  expect(message).toMatch(/MICRO_DEFAULT_CURRENCY .* 'dollars'/)
  expect(message).toContain('MICRO_CHECKPOINT_KEYS cannot be used: keys[].d is missing or malformed')
  expect(message).toContain("MICRO_VERIFY_HOURS must be a whole number from 1 to 8760, got '0'")
  expect(message).toContain("MICRO_CHECKPOINTS_FILE must be an absolute path, got 'x'")
  expect(message).not.toContain(/"d":"(.{20})/.exec(broken)?.[1])
  expect(() => readLedgerConfig({})).toThrow(/MICRO_CHECKPOINT_KEYS is missing; "micro secrets init" adds it/)
})
