import { expect, test } from 'vitest'
import { createTurns } from './turns.ts'

test('no more run at a time than may, in the order they came, and a failure gives its turn on', async () => {
  const inTurn = createTurns({ atOnce: 2, waitingMax: 10 })
  const log: string[] = []
  const gates = new Map<number, PromiseWithResolvers<void>>()
  const works = [1, 2, 3, 4].map((nth) => {
    gates.set(nth, Promise.withResolvers())
    return inTurn(async () => {
      log.push(`+${nth}`)
      await gates.get(nth)?.promise
      log.push(`-${nth}`)
      if (nth === 1) throw new Error('one')
      return nth
    })
  })
  const ended = Promise.allSettled(works)
  expect(log).toEqual(['+1', '+2'])
  gates.get(1)?.resolve()
  await expect(works[0]).rejects.toThrow('one')
  for (const nth of [2, 3, 4]) gates.get(nth)?.resolve()
  expect((await ended).map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled', 'fulfilled'])
  expect(log.filter((each) => each.startsWith('+'))).toEqual(['+1', '+2', '+3', '+4'])
  expect(log.indexOf('+3')).toBeGreaterThan(log.indexOf('-1'))
  expect(await inTurn(async () => 'free again')).toBe('free again')
})

test('who would wait behind too many is told that the ledger is busy', async () => {
  const inTurn = createTurns({ atOnce: 1, waitingMax: 1 })
  const gate = Promise.withResolvers<void>()
  const [running, waiting] = [inTurn(() => gate.promise), inTurn(() => gate.promise)]
  await expect(inTurn(() => gate.promise)).rejects.toMatchObject({ code: 'ledger_busy' })
  gate.resolve()
  await Promise.all([running, waiting])
})
