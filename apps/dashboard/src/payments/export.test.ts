import type { PaymentIntent } from '@micro/contracts'
import { expect, test } from 'vitest'
import { Refusal } from '../api/call.ts'
import { exportPayments, rowsMax, type Page, type Progress } from './export.ts'

const payment = (id: number) =>
  ({ id: `pi_${id}`, created: 0, amount: 1, amount_received: 1, currency: 'usd', metadata: {} }) as PaymentIntent

/** A list of so many, a hundred a page. */
const listOf =
  (count: number) =>
  (page = '0'): Promise<Page> => {
    const from = Number(page)
    const data = Array.from({ length: Math.min(100, count - from) }, (_, at) => payment(from + at))
    return Promise.resolve({ data, next_page: from + 100 < count ? String(from + 100) : null })
  }
const never = () => Promise.reject(new Error('nobody asked to wait'))

for (const [count, rows, more] of [
  [0, 0, false],
  [1, 1, false],
  [250, 250, false],
  [rowsMax, rowsMax, false],
  [rowsMax + 1, rowsMax, true],
  [3 * rowsMax, rowsMax, true],
] as const)
  test(`of ${count} payments ${rows} are in the file${more ? ', and it says that there are more' : ''}`, async () => {
    const exported = await exportPayments(listOf(count), { onProgress: () => {}, wait: never })
    expect([exported.rows, exported.lines.length, exported.more]).toEqual([rows, rows + 1, more])
    expect(new Set(exported.lines).size).toBe(rows + 1)
  })

test('where the API asks to wait it is waited for, and nothing is left out', async () => {
  const list = listOf(250)
  const progress: Progress[] = []
  const waited: number[] = []
  let refusals = 2
  const headers = new Headers({ 'retry-after': '7' })
  const exported = await exportPayments(
    (page) =>
      page === '100' && refusals-- > 0 ? Promise.reject(new Refusal({ status: 429, error: {}, headers })) : list(page),
    {
      onProgress: (each) => progress.push(each),
      wait: (seconds) => Promise.resolve(void waited.push(seconds)),
    },
  )
  expect([exported.rows, waited]).toEqual([250, [7, 7]])
  expect(progress).toEqual([
    { rows: 100 },
    { rows: 100, waits: 7 },
    { rows: 100, waits: 7 },
    { rows: 200 },
    { rows: 250 },
  ])
})

test('any other refusal ends it', async () => {
  const refused = new Refusal({ status: 500, error: {} })
  const asked = exportPayments(() => Promise.reject(refused), { onProgress: () => {}, wait: never })
  await expect(asked).rejects.toBe(refused)
})
