import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

test('once it is closed, a name in data reaches no prototype', () => {
  const file = fileURLToPath(new URL('prototype.ts', import.meta.url))
  const program = `
    import { closePrototype } from ${JSON.stringify(file)}
    const reach = () => { const target = {}; const name = '__proto__'; target[name].polluted = true; return ({}).polluted }
    console.log(reach()); delete Object.prototype.polluted
    closePrototype()
    try { console.log(reach()) } catch (error) { console.log(error.constructor.name) }`
  const args = ['--disable-warning=ExperimentalWarning', '--input-type=module', '--eval', program]
  expect(execFileSync(process.execPath, args, { encoding: 'utf8' })).toBe('true\nTypeError\n')
})
