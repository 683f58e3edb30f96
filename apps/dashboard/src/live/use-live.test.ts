import type { Event } from '@micro/contracts'
import { QueryClient } from '@tanstack/react-query'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { payment, type Story } from '../payments/payments.data.ts'
import { refreshers } from './use-live.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const story = { charges: [], refunds: [], disputes: [] } as unknown as Story
const event = (object: object) => ({ data: { object } }) as unknown as Event

test('what a busy shop sells leaves the story of a payment, and what is of it does not, told at once or a little later', async () => {
  const queries = new QueryClient()
  const { queryKey } = payment('test', 'pi_1')
  const list = ['payments', 'test', 'page']
  const { refresh, stop } = refreshers(queries, 'test')
  /** What is read anew of the story and of the list. */
  const after = async (act: () => unknown) => {
    queries.setQueryData(queryKey, story)
    queries.setQueryData(list, {})
    await act()
    return [queryKey, list].map((key) => queries.getQueryState(key)?.isInvalidated)
  }
  expect(await after(() => refresh(event({ id: 'pi_2' })))).toEqual([false, true])
  expect(await after(() => refresh(event({ object: 'balance' })))).toEqual([false, false])
  expect(await after(() => vi.advanceTimersByTimeAsync(3_100))).toEqual([false, true])
  expect(await after(() => refresh(event({ id: 'ch_1', payment_intent: 'pi_1' })))).toEqual([false, false])
  expect(await after(() => refresh(event({ id: 'pi_3' })))).toEqual([false, false])
  expect(await after(() => vi.advanceTimersByTimeAsync(3_100))).toEqual([true, true])
  expect(await after(() => vi.advanceTimersByTimeAsync(3_100))).toEqual([false, false])
  stop()
})
