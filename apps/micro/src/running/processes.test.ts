import { existsSync } from 'node:fs'
import { expect, test } from 'vitest'
import { startByPs } from './processes.ts'

test.runIf(existsSync('/bin/ps'))(
  'without /proc a process is told by when it started, as anybody would tell it',
  () => {
    expect(startByPs(process.pid)).toMatch(/^\w{3} \w{3} +\d+ \d\d:\d\d:\d\d \d{4}$/)
    expect(startByPs(process.pid)).toBe(startByPs(process.pid))
    expect(startByPs(999_999_999)).toBe('')
  },
)
