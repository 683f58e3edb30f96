import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newMerchant, type Merchant } from './api.ts'
import { microProgram, start, temporaryDirectory } from './harness.ts'
import { openPlatform, type Platform } from './platform.ts'

let platform: Platform
let merchant: Merchant
let config: string
beforeAll(async () => {
  platform = await openPlatform()
  merchant = await newMerchant(platform.url)
  config = join(await temporaryDirectory(), 'micro.yaml')
})
afterAll(() => platform?.stop())

const ran = (...args: string[]) =>
  start(microProgram, [...args, '--config', config], {
    env: { MICRO_GATEWAY_URL: platform.url, MICRO_API_KEY: merchant.key },
  }).ended
const answered = async (...args: string[]): Promise<Record<string, unknown>> => {
  const { code, stdout, stderr } = await ran(...args, '--json')
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return JSON.parse(stdout) as Record<string, unknown>
}

test('a payment is made, captured and refunded without writing a request', async () => {
  const made = await answered(
    ...['payments', 'create', '--amount', '2000', '--currency', 'usd', '--capture-method', 'manual'],
    ...['--payment-method', 'pm_card_visa', '--confirm', '--metadata', 'order=7', '-d', 'shipping[name]=Jenny'],
    ...['-d', 'shipping[address][city]=Berlin'],
  )
  const id = String(made['id'])
  expect(made).toMatchObject({ status: 'requires_capture', metadata: { order: '7' }, shipping: { name: 'Jenny' } })
  expect(await answered('payments', 'capture', id, '--amount-to-capture', '1500')).toMatchObject({
    status: 'succeeded',
    amount_received: 1500,
  })
  expect(await answered('refunds', 'create', '--payment-intent', id, '--amount', '500')).toMatchObject({ amount: 500 })
  const shown = await ran('payments', 'show', id)
  expect(shown.stdout).toMatch(/^Payment +pi_\w+\nAmount +20\.00 USD\nStatus +succeeded\n/)
  const again = await ran('payments', 'cancel', id)
  expect([again.code, again.stdout]).toEqual([5, ''])
})

test('a declined card is said in the words of the API, and ends with 5', async () => {
  const { code, stderr } = await ran(
    ...['payments', 'create', '--amount', '2000', '--currency', 'usd', '--payment-method', 'pm_card_chargeDeclined'],
    '--confirm',
  )
  expect([code, stderr]).toEqual([5, expect.stringContaining('Your card was declined.')])
})

test('the same key makes one customer, and an unknown id ends with 4', async () => {
  const create = ['customers', 'create', '--name', 'Jenny', '-i', 'one-jenny'] as const
  const [first, second] = [await answered(...create), await answered(...create)]
  expect(second['id']).toBe(first['id'])
  expect((await ran('customers', 'delete', String(first['id']))).stdout).toBe(`Deleted ${String(first['id'])}.\n`)
  expect((await ran('customers', 'show', 'cus_none')).code).toBe(4)
})

test('the clock is put forward, and money becomes available', async () => {
  await answered(
    'payments',
    'create',
    '--amount',
    '9000',
    '--currency',
    'eur',
    ...['--payment-method', 'pm_card_visa', '--confirm'],
  )
  expect((await ran('balance', 'show')).stdout).toMatch(/^EUR +0\.00 +8\d\.\d\d$/m)
  expect((await ran('clock', 'advance', '--by', '8d')).stdout).toMatch(/\(8d ahead\)\n$/)
  expect((await ran('balance', 'show')).stdout).toMatch(/^EUR +8\d\.\d\d +0\.00$/m)
  expect((await ran('balance', 'transactions')).stdout).toMatch(/^txn_\w+ +charge +90\.00 EUR/m)
})

test('any path can be asked, posted to and deleted from', async () => {
  const posted = await ran('post', 'customers', '-d', 'name=Raw', '-d', 'metadata[a]=b')
  const { id } = JSON.parse(posted.stdout) as { id: string }
  expect(JSON.parse((await ran('get', id)).stdout)).toMatchObject({ id, metadata: { a: 'b' } })
  expect(JSON.parse((await ran('delete', id)).stdout)).toMatchObject({ id, deleted: true })
  expect(
    JSON.parse((await ran('post', '/ledger/accounts', '-d', 'id=till', '-d', 'name=Till', '-d', 'type=asset')).stdout),
  ).toMatchObject({ id: 'till' })
  expect(JSON.parse((await ran('get', '/ledger/accounts', '-d', 'type=asset')).stdout)).toMatchObject({
    object: 'list',
  })
})
