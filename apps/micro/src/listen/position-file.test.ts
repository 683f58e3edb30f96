import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryDirectory, type TemporaryDirectory } from '@micro/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createPositionKeeper, readPositionFile } from './position-file.ts'

let place: TemporaryDirectory
let path: string
beforeEach(async () => {
  place = await temporaryDirectory()
  path = join(place.path, 'position')
})
afterEach(() => place.remove())

test('the newest position is kept, and read again', async () => {
  expect(await readPositionFile(path)).toBe(undefined)
  const keeper = createPositionKeeper(path)
  for (let seq = 1; seq <= 50; seq++) void keeper.keep({ merchant: 'acct_a', mode: 'test', seq, event: `evt_${seq}` })
  await keeper.flush()
  expect(await readPositionFile(path)).toEqual({ merchant: 'acct_a', mode: 'test', seq: 50, event: 'evt_50' })
  expect(await readFile(path, 'utf8')).toMatch(/^\{.*\}\n$/)
})

for (const text of ['nonsense', '{"seq":1}', '{"merchant":"a","mode":"test","seq":"1"}'])
  test(`${text} is not taken for one`, async () => {
    await writeFile(path, text)
    await expect(readPositionFile(path)).rejects.toThrow('holds no position of micro listen')
  })

test('a folder that is not there is said', async () => {
  const keeper = createPositionKeeper(join(place.path, 'no', 'position'))
  await expect(keeper.keep({ merchant: 'a', mode: 'test', seq: 1 })).rejects.toThrow('there is no such folder')
})
