import { execFileSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { eventually } from '@micro/testing'
import { afterAll, describe, expect, test } from 'vitest'
import { caller, newMerchant, type Caller, type Merchant } from './api.ts'
import { isAlive, micro, removeTemporaryDirectories, type Micro } from './harness.ts'
import { allOf, countBy, payUntilCut, type Attempt } from './attempts.ts'

afterAll(removeTemporaryDirectories)

/** Process ids of the platform's PostgreSQL: the postmaster and its children. */
const postgresPids = async (platform: Micro): Promise<number[]> => {
  const pidFile = await readFile(join(platform.dataDir, 'postgres', 'cluster', 'postmaster.pid'), 'utf8')
  const postmaster = Number(pidFile.split('\n')[0])
  const children = execFileSync('ps', ['-o', 'pid=', '--ppid', String(postmaster)], { encoding: 'utf8' })
    .trim()
    .split(/\s+/)
    .map(Number)
  return [postmaster, ...children]
}

const kill = (pid: number): void => {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // Gone already.
  }
}

/** Every client retries what it has no answer for with the same key, as the SDKs do, until it has one. */
const converge = async (call: Caller, attempts: readonly Attempt[]): Promise<void> => {
  for (const attempt of attempts.filter(({ acknowledged }) => !acknowledged)) {
    await eventually(
      async () => {
        const created = await call('POST', '/payments/payment_intents', {
          key: `create-${attempt.key}`,
          body: { amount: 5000, currency: 'usd' },
        })
        expect(created.status).toBe(201)
        if (attempt.intent !== undefined) expect(created.body.id).toBe(attempt.intent)
        attempt.intent = String(created.body.id)
        const confirmed = await call('POST', `/payments/payment_intents/${attempt.intent}/confirm`, {
          key: `confirm-${attempt.key}`,
        })
        expect([confirmed.status, confirmed.body.status]).toEqual([200, 'succeeded'])
      },
      { timeoutMs: 60_000, everyMs: 250 },
    )
  }
}

const expectEachPaymentOnce = async (merchant: { test: Caller }, attempts: readonly Attempt[]): Promise<void> => {
  const intents = await allOf(merchant.test, '/v1/payment_intents')
  const charges = intents
    .filter(({ status }) => status === 'succeeded')
    .map((intent) => String(intent['latest_charge']))
  for (const { intent } of attempts) expect(intents.find(({ id }) => id === intent)?.['status']).toBe('succeeded')
  // One ledger transaction and one event for each, none besides, and the sum of all of it fits.
  await eventually(
    async () => {
      const booked = countBy(
        (await allOf(merchant.test, '/ledger/transactions')).map((each) => String(each['reference_id'])),
      )
      expect(booked).toEqual(countBy(charges.map((charge) => `micro:charge:${charge}`)))
      const events = await allOf(merchant.test, '/v1/events')
      const announced = countBy(
        events.filter(({ type }) => type === 'charge.succeeded').map(({ data }) => data.object.id),
      )
      expect(announced).toEqual(countBy(charges))
    },
    { timeoutMs: 60_000, everyMs: 250 },
  )
  const receivable = await merchant.test('GET', '/ledger/accounts/sys_processor_receivable_usd')
  expect(receivable.body['balance']).toBe(5000 * charges.length)
}

describe('killed under load, the platform comes back with every acknowledged payment, each once', () => {
  for (const [what, kills] of [
    ['the process alone, PostgreSQL left behind', async (platform: Micro) => kill(platform.pid)],
    [
      'the process and PostgreSQL',
      async (platform: Micro) => {
        const pids = await postgresPids(platform)
        for (const pid of [platform.pid, ...pids]) kill(pid)
      },
    ],
  ] as const satisfies readonly (readonly [string, (platform: Micro) => Promise<void>])[]) {
    test(
      what,
      async () => {
        const first = await micro()
        const merchant: Merchant = await newMerchant(first.url)
        const attempts: Attempt[] = []
        const load = Promise.all(Array.from({ length: 8 }, () => payUntilCut(merchant.test, attempts)))
        await eventually(() => expect(attempts.filter(({ acknowledged }) => acknowledged).length).toBeGreaterThan(40), {
          timeoutMs: 60_000,
        })
        await kills(first)
        await load
        await first.running.ended
        await eventually(() => expect(isAlive(first.pid)).toBe(false))

        const second = await micro({ dataDir: first.dataDir })
        const call = caller(second.url, merchant.key)
        await converge(call, attempts)
        await expectEachPaymentOnce({ test: call }, attempts)
        await second.stop()
      },
      120_000,
    )
  }
})
