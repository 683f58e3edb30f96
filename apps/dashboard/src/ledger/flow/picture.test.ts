import { expect, test } from 'vitest'
import type { Flow } from './flows.ts'
import { pictureOf } from './picture.ts'

const flow = (from: string, to: string, amount: number): Flow => ({ from, to, amount: BigInt(amount), transactions: 1 })
const receivable = 'sys_processor_receivable_usd'
const owed = 'sys_merchant_balance_usd'
const fees = 'sys_fee_revenue_usd'
const payouts = 'sys_payouts_in_transit_usd'
const payments = [
  flow(receivable, owed, 900),
  flow(owed, payouts, 500),
  flow(owed, receivable, 200),
  flow(receivable, fees, 100),
]
const columnsOf = (flows: readonly Flow[]) =>
  Object.fromEntries(
    pictureOf(flows, 800).places.map(({ account, column, isBack }) => [
      isBack ? `back to ${account}` : account,
      column,
    ]),
  )

test('money goes from left to right, and what comes back stands behind where it came from', () =>
  expect(columnsOf(payments)).toEqual({
    [receivable]: 0,
    [owed]: 1,
    [fees]: 1,
    [payouts]: 2,
    [`back to ${receivable}`]: 2,
  }))

test('accounts of one’s own stand in the order of what they give and take', () =>
  expect(columnsOf([flow('shop', 'tax', 10), flow('customer', 'shop', 100)])).toEqual({ customer: 0, shop: 1, tax: 2 }))

test('whatever goes in a circle is drawn, and ends', () => {
  expect(columnsOf([flow('a', 'b', 1), flow('b', 'c', 1), flow('c', 'a', 1)])).toMatchObject({ 'back to a': 3 })
  expect(columnsOf([flow('a', 'b', 1), flow('b', 'a', 1)])).toEqual({ a: 0, b: 1, 'back to a': 2 })
})

test('each account is as high as what went through it, and none lies on another', () => {
  const { places, height, width } = pictureOf(payments, 800)
  const heightOf = (account: string) => places.find((place) => place.account === account && !place.isBack)?.height ?? 0
  expect(heightOf(owed) / heightOf(receivable)).toBeCloseTo(0.9)
  for (const place of places) {
    const below = places.filter(({ column, y }) => column === place.column && y > place.y)
    for (const { y } of below) expect(y).toBeGreaterThanOrEqual(place.y + place.height)
    expect(place.y + place.height).toBeLessThanOrEqual(height)
    expect(place.x).toBeLessThan(width)
  }
})

test('a picture of three columns fits a narrow screen, and one of many is wider', () => {
  expect(pictureOf(payments, 294).width).toBe(294)
  const long = Array.from({ length: 8 }, (_, at) => flow(`a${at}`, `a${at + 1}`, 8 - at))
  expect(pictureOf(long, 294).width).toBeGreaterThan(294)
})

test('bands have numbers in them however unlike the amounts are', () => {
  const { flows } = pictureOf([flow('a', 'b', 1), { ...flow('a', 'c', 1), amount: 10n ** 30n }], 400)
  for (const { outline } of flows) expect(outline).not.toMatch(/NaN|Infinity/)
  expect(flows).toHaveLength(2)
})
