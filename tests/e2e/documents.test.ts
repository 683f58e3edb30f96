import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { caller, newMerchant } from './api.ts'
import { microProgram, root, start, temporaryDirectory } from './harness.ts'
import { openPlatform, type Platform } from './platform.ts'

let platform: Platform
beforeAll(async () => {
  platform = await openPlatform()
})
afterAll(() => platform?.stop())

/** Blocks marked `bash` are meant to be run as they are, in order; `sh` ones name what only their reader has. */
const blocksOf = (markdown: string): string[] =>
  [...markdown.matchAll(/^```bash\n([\s\S]*?)^```$/gm)].map(([, block]) => block ?? '')

/** Run by tests of their own, which look closer at what comes of them. */
const runElsewhere = ['docs/guides/ledger.md', 'docs/guides/reconcile.md', 'docs/guides/webhooks-locally.md']

const documentsIn = async (folder: string): Promise<string[]> =>
  (await readdir(join(root, folder), { recursive: true }))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name))

const markdownOf = (document: string): Promise<string> => readFile(join(root, document), 'utf8')

/** What of its output proves that a document's commands did what it says. */
const proofs: Readonly<Record<string, RegExp>> = {
  'docs/concepts/ledger.md': /28\.25[^]*80\.00/,
  'docs/concepts/payment-lifecycle.md': /declined, as it should be[^]*succeeded/,
  'docs/concepts/events.md': /payment_intent\.succeeded/,
  'docs/concepts/idempotency.md': /"id": "(pi_\w+)"[^]*"id": "\1"/,
  'docs/concepts/time.md': /48\.25/,
  'docs/guides/manual-capture.md': /91\.94/,
  'docs/guides/from-stripe.md': /"status": ?"succeeded"/,
  'docs/guides/failed-requests.md': /card_declined[^]*402[^]*"client_errors": ?1,/,
}

describe('every command of a document works in order, for a merchant of its own', () => {
  for (const [document, proof] of Object.entries(proofs))
    test(document, async () => {
      const { key } = await newMerchant(platform.url)
      const cwd = await temporaryDirectory()
      const shell = start(
        'bash',
        [
          '-euo',
          'pipefail',
          '-c',
          `micro() { ${microProgram} "$@"; }\n${blocksOf(await markdownOf(document)).join('\n')}`,
        ],
        { cwd, env: { MICRO_GATEWAY_URL: platform.url, MICRO_API_KEY: key, MICRO_CONFIG: join(cwd, 'none.yaml') } },
      )
      const { code, stdout, stderr } = await shell.ended
      expect({ code, stderr }).toMatchObject({ code: 0 })
      expect(stdout).toMatch(proof)
    })
})

describe('the documentation that a running Micro serves', () => {
  const page = (path: string) => fetch(platform.url + path, { headers: { accept: 'text/html' } })

  test('explains an error where its doc_url leads', async () => {
    const { key } = await newMerchant(platform.url)
    const { body } = await caller(platform.url, key)('POST', '/v1/refunds', { body: { charge: 'ch_gone' } })
    expect(body.error).toMatchObject({ code: 'resource_missing', doc_url: '/docs/errors#resource_missing' })
    const shown = await page('/docs/errors#resource_missing')
    expect(shown.status).toBe(200)
    expect(await shown.text()).toMatch(/<h2 id="resource_missing">[^]*?<strong>What to do:<\/strong>/)
  })

  test('says of what is not there that it is not, with its search and under its policy', async () => {
    const there = await page('/docs/')
    const gone = await page('/docs/guides/gone/deeper')
    expect([there.status, gone.status]).toEqual([200, 404])
    expect(gone.headers.get('content-security-policy')).toBe(there.headers.get('content-security-policy'))
    const text = await gone.text()
    expect(text).toContain('There is no such page')
    const [, script] = / src="(\/docs\/assets\/search\.[^"]+)"/.exec(text) ?? []
    expect((await fetch(platform.url + script)).status).toBe(200)
  })
})

test('no document has commands that are run by no test', async () => {
  const withCommands: string[] = []
  for (const document of await documentsIn('docs'))
    if (blocksOf(await markdownOf(document)).length > 0) withCommands.push(document)
  expect(withCommands.toSorted()).toEqual([...Object.keys(proofs), ...runElsewhere].toSorted())
})
