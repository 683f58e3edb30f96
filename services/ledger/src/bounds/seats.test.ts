import { Fault } from '@micro/kernel'
import { expect, test } from 'vitest'
import { createSeats } from './seats.ts'

const full = () => new Fault('ledger_busy')

test('nobody takes more seats than one may, and all together no more than there are', () => {
  const take = createSeats({ ofOne: 2, inAll: 3, full })
  take('a')
  take('a')
  expect(() => take('a')).toThrow(expect.objectContaining({ code: 'ledger_busy' }))
  take('b')
  expect(() => take('c')).toThrow(expect.objectContaining({ code: 'ledger_busy' }))
})

test('a seat that is given back twice makes room for one', () => {
  const take = createSeats({ ofOne: 2, full })
  const leave = take('a')
  take('a')
  leave()
  leave()
  take('a')
  expect(() => take('a')).toThrow(expect.objectContaining({ code: 'ledger_busy' }))
})
