import { execFileSync, spawnSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryDirectory } from '@micro/testing'
import { expect, test } from 'vitest'
import { inProcess } from '../in-process.fixture.ts'

const scriptOf = async (shell: string): Promise<string> => {
  const { code, stdout, stderr } = await inProcess(['completion', shell])
  expect([code, stderr]).toEqual([0, ''])
  return stdout
}

/** What bash offers for the last of these words. */
const offered = (script: string, ...words: string[]): string[] => {
  const list = words.map((word) => `'${word}'`).join(' ')
  const program = `${script}\nCOMP_WORDS=(micro ${list}); COMP_CWORD=${words.length}; _micro; printf '%s\\n' "\${COMPREPLY[@]}"`
  return execFileSync('bash', ['--norc', '-c', program], { encoding: 'utf8' }).split('\n').filter(Boolean)
}

test('bash completes commands at every depth, flags, and what flags choose from', async () => {
  const script = await scriptOf('bash')
  expect(offered(script, 'pay')).toEqual(['payments', 'payouts'])
  expect(offered(script, 'ledger', 'acc')).toEqual(['accounts'])
  expect(offered(script, 'ledger', 'accounts', '')).toEqual(
    expect.arrayContaining(['list', 'show', 'create', 'update']),
  )
  expect(offered(script, 'payments', 'create', '--am')).toEqual(['--amount'])
  expect(offered(script, '--profile', 'shop', 'keys', 'li')).toEqual(['list'])
  expect(offered(script, 'refunds', 'create', '--reason', 'd')).toEqual(['duplicate'])
  expect(offered(script, 'payments', 'list', '--js')).toEqual(['--json'])
  expect(offered(script, 'payments', 'create', '--amount', '5', '--cur')).toEqual(['--currency'])
})

const has = (shell: string): boolean => spawnSync(shell, ['--version']).status === 0

/** The script in a file, since not every shell reads one from a pipe. */
const withScript = async <T>(shell: string, use: (path: string) => T): Promise<T> => {
  const place = await temporaryDirectory()
  const path = join(place.path, 'script')
  await writeFile(path, await scriptOf(shell))
  try {
    return use(path)
  } finally {
    await place.remove()
  }
}

test.runIf(has('zsh'))('zsh reads its script', () =>
  withScript('zsh', (path) => void execFileSync('zsh', ['-n', path])),
)

const fish = 'fish'
test.runIf(has(fish))('fish completes commands, flags and choices', () =>
  withScript(fish, (path) => {
    const of = (line: string): string[] =>
      execFileSync(fish, ['--no-config', '-c', `source ${path}; complete -C '${line}'`], { encoding: 'utf8' })
        .trim()
        .split('\n')
        .map((each) => each.split('\t')[0] ?? '')
    expect(of('micro pay')).toEqual(['payments', 'payouts'])
    expect(of('micro ledger acc')).toEqual(['accounts'])
    expect(of('micro --profile shop keys li')).toEqual(['list'])
    expect(of('micro payments create --am')).toEqual(['--amount'])
    expect(of('micro refunds create --reason d')).toEqual(['duplicate'])
  }),
)

test('zsh and fish know every command', async () => {
  const [zsh, ofFish] = [await scriptOf('zsh'), await scriptOf(fish)]
  expect(zsh).toContain("'ledger accounts') values=('list:List accounts with their balances, newest first'")
  expect(ofFish).toContain("-a 'accounts' -d ")
  expect(ofFish).toMatch(/complete -c micro -n '__micro_at .*refunds create.*' -l reason -x -a 'duplicate /)
})

test('another shell is a usage error', async () => {
  expect(await inProcess(['completion', 'csh'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('Allowed choices are bash, zsh, fish') as string,
  })
})
