import { readFile } from 'node:fs/promises'
import { eventually, temporaryDirectory } from '@micro/testing'
import { expect, test } from 'vitest'
import { openLogFile } from './log-file.ts'

test('a log that grows too large is set aside while it runs, and again; what is kept is bounded and whole', async () => {
  const directory = await temporaryDirectory()
  const bytesMax = 20_000
  const log = await openLogFile(directory.path, bytesMax)
  const logger = log.logger('gateway')
  const lines = 2_000
  for (let at = 0; at < lines; at++) {
    logger.info({ at }, 'request.finished')
    // As requests come: some at a time, with the file written between them.
    if (at % 50 === 49) await new Promise((resolve) => setImmediate(resolve))
  }
  log.close()
  const read = async () => {
    const [aside, current] = await Promise.all([readFile(`${log.path}.1`, 'utf8'), readFile(log.path, 'utf8')])
    return { aside, current, all: aside + current }
  }
  // What was set aside is still being written when the last line is already there; and what closing writes at once may
  // come before a write that was under way.
  await eventually(async () => {
    const seen = (await read()).all
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { at: number }).at)
      .toSorted((a, b) => a - b)
    expect(seen).toEqual(Array.from({ length: seen.length }, (_, at) => lines - seen.length + at))
  })
  const { current, all } = await read()
  expect(current.length).toBeLessThan(bytesMax * 2)
  expect(all.length).toBeLessThan(lines * 60)
  await directory.remove()
})

test('a log of an earlier run counts', async () => {
  const directory = await temporaryDirectory()
  const first = await openLogFile(directory.path)
  for (let at = 0; at < 20; at++) first.logger('gateway').info({ at }, 'earlier')
  first.close()
  await eventually(async () => expect(await readFile(first.path, 'utf8')).toContain('"at":19,'))
  const second = await openLogFile(directory.path, 1_000)
  second.logger('gateway').info('later')
  await eventually(async () => expect(await readFile(second.path, 'utf8')).toContain('later'))
  second.close()
  expect(await readFile(second.path, 'utf8')).not.toContain('earlier')
  expect(await readFile(`${second.path}.1`, 'utf8')).toContain('earlier')
  await directory.remove()
})
