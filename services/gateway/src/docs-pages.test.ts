import { faultCatalogue, type FaultSpec } from '@micro/kernel'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { renderMarkdown } from './docs-markdown.ts'
import { startWorld, type World } from './gateway.fixture.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world.stop())

describe('a page that errors link to', () => {
  for (const path of ['/docs/errors', '/docs/stripe-coverage'])
    test(`${path} is there for everybody, runs nothing and loads nothing`, async () => {
      const { status, text, headers } = await world.call('GET', path)
      expect(status).toBe(200)
      expect(headers['content-type']).toBe('text/html; charset=utf-8')
      expect(headers['content-security-policy']).toMatch(
        /^default-src 'none'; base-uri 'none'; frame-ancestors 'none'; style-src 'sha256-[^']+'; form-action 'self'$/,
      )
      expect(text).not.toMatch(/<script|<link|<img|src=|https?:|\[[^\]]*\]\(/)
    })

  test('has a place for every code of an error', async () => {
    const { text } = await world.call('GET', '/docs/errors')
    for (const [name, { coded = true, publicCode }] of Object.entries(faultCatalogue) as [string, FaultSpec][])
      if (coded) expect(text).toContain(`<h2 id="${publicCode ?? name}">`)
  })

  test('answers HEAD, and refuses other methods', async () => {
    expect((await world.call('HEAD', '/docs/errors')).text).toBe('')
    expect((await world.call('POST', '/docs/errors')).status).toBe(405)
    expect((await world.call('GET', '/docs/errors.md')).status).toBe(404)
  })
})

test('what goes over the WebSocket is told to programs', async () => {
  const { status, json, headers } = await world.call('GET', '/docs/asyncapi.json')
  expect([status, headers['content-type'], json['asyncapi']]).toEqual([200, 'application/json; charset=utf-8', '3.0.0'])
})

test('whatever stands in the Markdown is text in the page', () => {
  const text = renderMarkdown(
    '# A <b>\n\n## some_code\n\ntwo\nlines `<i>` &lt;x [t](u.md)\n\n> a <b> said\n\n---\n\n**What to do:** this\n\n- one\n- "two"\n\n| a | b |\n| - | - |\n| `x\\|y` | <img> |',
  ).text
  expect(text).not.toMatch(/<b>|<i>|<img>/)
  expect(text).toContain('<h2 id="some_code">some_code</h2>')
  expect(text).toContain('<p>two lines <code>&lt;i&gt;</code> &lt;x t</p>')
  expect(text).toContain('<blockquote>a &lt;b&gt; said</blockquote><hr /><p><strong>What to do:</strong> this</p>')
  expect(text).toContain('<li>&quot;two&quot;</li>')
  expect(text).toContain('<td><code>x|y</code></td><td>&lt;img&gt;</td>')
})
