import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newMerchant } from './api.ts'
import { microProgram, root, start, temporaryDirectory } from './harness.ts'
import { openPlatform, type Platform } from './platform.ts'

let platform: Platform
beforeAll(async () => {
  platform = await openPlatform()
})
afterAll(() => platform?.stop())

test('every command of the guide works in order: the books agree, then a planted difference is found', async () => {
  const { key } = await newMerchant(platform.url)
  const guide = await readFile(join(root, 'docs/guides/reconcile.md'), 'utf8')
  const blocks = [...guide.matchAll(/^```bash\n([\s\S]*?)^```$/gm)].map(([, block]) => block ?? '')
  expect(blocks).toHaveLength(2)
  const cwd = await temporaryDirectory()
  const { code, stdout, stderr } = await start(
    'bash',
    ['-euo', 'pipefail', '-c', `micro() { ${microProgram} "$@"; }\n${blocks.join('\n')}`],
    { cwd, env: { MICRO_GATEWAY_URL: platform.url, MICRO_API_KEY: key, MICRO_CONFIG: join(cwd, 'none.yaml') } },
  ).ended
  expect({ code, stderr }).toMatchObject({
    code: 0,
    stderr: expect.stringContaining('There is 1 difference.') as string,
  })
  expect(stdout).toContain('The books agree.\n')
  expect(stdout).toMatch(/\namount_differs +0m +ch_\w+ +50\.00 USD +49\.00 USD\n/)
  expect(stdout).toMatch(/The books do not agree\.\n$/)
})
