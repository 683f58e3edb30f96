import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { root, start, temporaryDirectory } from './harness.ts'
import { openPlatform, type Platform } from './platform.ts'

let platform: Platform
let home: string
beforeAll(async () => {
  // At the default limits: the README has to work as it stands.
  platform = await openPlatform({ env: { MICRO_RATE_LIMIT: '100', MICRO_IP_RATE_LIMIT: '60' } })
  home = await temporaryDirectory()
})
afterAll(() => platform?.stop())

/** Blocks marked `bash` are meant to be run as they are, in order; `sh` ones start something that stays. */
const blocksOf = (markdown: string): string[] =>
  [...markdown.matchAll(/^```bash\n([\s\S]*?)^```$/gm)].map(([, block]) => block ?? '')

const mark = '--- end of block'

test('every command of the README works in order, as a newcomer would type them', async () => {
  const blocks = blocksOf(await readFile(join(root, 'README.md'), 'utf8'))
  expect(blocks.length).toBeGreaterThanOrEqual(5)
  // One shell for all, since later commands use what earlier ones set; only the address is another.
  const script = blocks
    .map(
      (block) =>
        `{ ${block.replaceAll('http://localhost:8080', platform.url).replaceAll('./micro', `${root}micro`)}\n}\necho; echo '${mark}'`,
    )
    .join('\n')
  const shell = start('bash', ['-euo', 'pipefail', '-c', script], {
    cwd: home,
    env: { HOME: home, MICRO_GATEWAY_URL: platform.url },
  })
  const { code, stdout, stderr } = await shell.ended
  expect({ code, stderr }).toMatchObject({ code: 0 })
  const outputs = stdout.split(mark)
  expect(outputs).toHaveLength(blocks.length + 1)
  expect(stdout).not.toContain('"error":')
  expect(stdout).toContain('"status":"succeeded"')
  expect(stdout).toContain('"reference_id":"pay_987"')
  expect(stdout).toContain('"balance":4825')
})

test('the README names only commands that exist', async () => {
  const readme = await readFile(join(root, 'README.md'), 'utf8')
  const named = new Set([...readme.matchAll(/`micro ([a-z]+)/g)].map(([, name]) => name ?? ''))
  const { stdout: help } = await start(join(root, 'micro'), ['--help']).ended
  for (const name of named) expect(help, name).toMatch(new RegExp(`^\\s+${name}\\b`, 'm'))
})
