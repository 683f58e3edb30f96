import { Fault } from '@micro/kernel'
import { expect, test } from 'vitest'
import { createTurns } from './turns.ts'

const busy = () => new Fault('ledger_busy')

/** Works that end when told to, and a log of what began and ended. */
const createWorks = () => {
  const log: string[] = []
  const gates = new Map<string, PromiseWithResolvers<void>>()
  const work = (name: string) => async (): Promise<string> => {
    log.push(`+${name}`)
    await gates.get(name)?.promise
    log.push(`-${name}`)
    return name
  }
  return {
    log,
    begun: () => log.filter((each) => each.startsWith('+')).join(' '),
    work: (name: string) => {
      gates.set(name, Promise.withResolvers())
      return work(name)
    },
    end: (name: string) => gates.get(name)?.resolve(),
    fail: (name: string) => gates.get(name)?.reject(new Error(name)),
  }
}

test('no more run at a time than may, in the order they came, and a failure gives its turn on', async () => {
  const inTurn = createTurns({ atOnce: 2, waiting: 10, waitingOfOne: 10, busy })
  const { work, begun, end, fail } = createWorks()
  const [a, ...others] = ['a', 'b', 'c', 'd'].map((name) => inTurn(name, work(name)))
  expect(begun()).toBe('+a +b')
  fail('a')
  await expect(a).rejects.toThrow('a')
  expect(begun()).toBe('+a +b +c')
  for (const name of ['b', 'c', 'd']) end(name)
  expect(await Promise.all(others)).toEqual(['b', 'c', 'd'])
  expect(begun()).toBe('+a +b +c +d')
  const again = inTurn('a', work('again'))
  end('again')
  expect(await again).toBe('again')
})

test("one's second work waits for the first, while another's goes ahead", async () => {
  const inTurn = createTurns({ atOnce: 2, waiting: 10, waitingOfOne: 10, busy })
  const { work, begun, end } = createWorks()
  const mine = ['a1', 'a2'].map((name) => inTurn('a', work(name)))
  const theirs = inTurn('b', work('b'))
  expect(begun()).toBe('+a1 +b')
  end('b')
  await theirs
  expect(begun()).toBe('+a1 +b')
  for (const name of ['a1', 'a2']) end(name)
  expect(await Promise.all(mine)).toEqual(['a1', 'a2'])
})

test('who would wait behind too many, or too many of their own, is told that it is busy', async () => {
  const inTurn = createTurns({ atOnce: 1, waiting: 2, waitingOfOne: 1, busy })
  const { work, end } = createWorks()
  const works = [
    ['a', '1'],
    ['a', '2'],
  ].map(([whose, name]) => inTurn(whose!, work(name!)))
  await expect(inTurn('a', work('3'))).rejects.toMatchObject({ code: 'ledger_busy' })
  works.push(inTurn('b', work('4')))
  await expect(inTurn('c', work('5'))).rejects.toMatchObject({ code: 'ledger_busy' })
  for (const name of ['1', '2', '4']) end(name)
  expect(await Promise.all(works)).toEqual(['1', '2', '4'])
})
