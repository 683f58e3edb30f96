import { Fault } from '@micro/kernel'
import { expect, test } from 'vitest'
import { createSeats } from './seats.ts'

const full = (name: string) => () => new Fault('stream_limit', { scope: name })
const take = (ofOne: number, inAll: number) =>
  createSeats((who: string) => [
    { name: `of ${who}`, max: ofOne, full: full('one') },
    { name: 'all', max: inAll, full: full('all') },
  ])
const refused = (scope: string) => expect.objectContaining({ code: 'stream_limit', detail: { scope } }) as Fault

test('nobody takes more seats than one may, and all together no more than there are', () => {
  const takeSeat = take(2, 3)
  takeSeat('a')
  takeSeat('a')
  expect(() => takeSeat('a')).toThrow(refused('one'))
  takeSeat('b')
  expect(() => takeSeat('c')).toThrow(refused('all'))
})

test('a seat that is given back twice makes room for one, and one that was refused took none', () => {
  const takeSeat = take(2, 3)
  const leave = takeSeat('a')
  takeSeat('a')
  leave()
  leave()
  takeSeat('a')
  for (let nth = 0; nth < 3; nth++) expect(() => takeSeat('a')).toThrow(refused('one'))
  takeSeat('b')
  expect(() => takeSeat('b')).toThrow(refused('all'))
})
