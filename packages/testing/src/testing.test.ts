import { createSocket } from 'node:dgram'
import { access, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { eventually, fakeClock, freePort, scratchDatabase, seededIds, temporaryDirectory } from './index.ts'

describe('fakeClock', () => {
  test('stands still until moved', () => {
    const clock = fakeClock('2026-03-01T00:00:00Z')
    expect(clock.now()).toEqual(clock.now())
    clock.advance(1_500)
    expect(clock.now().toISOString()).toBe('2026-03-01T00:00:01.500Z')
    const other = fakeClock().now()
    clock.set(other)
    expect(clock.now()).toEqual(other)
  })

  test('cannot be moved through a Date it gave', () => {
    const clock = fakeClock()
    const before = clock.now().toISOString()
    clock.now().setFullYear(1999)
    expect(clock.now().toISOString()).toBe(before)
  })
})

test('seededIds repeat for a seed and differ between seeds', () => {
  const take = (seed: number) => {
    const newId = seededIds(seed)
    return Array.from({ length: 200 }, () => newId('event'))
  }
  expect(take(1)).toEqual(take(1))
  expect(new Set([...take(1), ...take(2)]).size).toBe(400)
})

describe('eventually', () => {
  test('waits for a check that throws or gives false, and gives its value', async () => {
    let tries = 0
    const check = () => {
      tries++
      if (tries === 1) throw new Error('not yet')
      return tries > 2 && 'done'
    }
    expect(await eventually(check, { everyMs: 1 })).toBe('done')
  })

  test('gives up with the last failure', async () => {
    const check = () => expect(1).toBe(2)
    await expect(eventually(check, { timeoutMs: 5, everyMs: 1 })).rejects.toThrow('expected 1 to be 2')
    await expect(eventually(() => false, { timeoutMs: 5, everyMs: 1 })).rejects.toThrow('still false after 5 ms')
  })
})

test("a free port is nobody else's, and none that an outgoing connection may take", async () => {
  const ports = await Promise.all(Array.from({ length: 50 }, freePort))
  expect(new Set(ports).size).toBe(50)
  expect(Math.max(...ports)).toBeLessThan(32_768)
  const socket = createSocket('udp4')
  await expect(
    new Promise(
      (resolve, reject) => void socket.once('error', reject).bind(ports[0], '127.0.0.1', () => resolve('bound')),
    ),
  ).rejects.toMatchObject({ code: 'EADDRINUSE' })
  socket.close()
})

test('a temporary directory goes with all it holds', async () => {
  const directory = await temporaryDirectory()
  await writeFile(join(directory.path, 'file'), 'x')
  await directory.remove()
  await expect(access(directory.path)).rejects.toThrow('ENOENT')
})

test('two test databases do not see each other', async () => {
  await using one = await scratchDatabase()
  await using two = await scratchDatabase()
  await one.owner.sql`create table scratch.mine (id int)`
  await expect(two.owner.sql`select * from scratch.mine`).rejects.toThrow('does not exist')
})
