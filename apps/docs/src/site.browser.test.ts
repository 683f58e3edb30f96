import axe from 'axe-core'
import { browserAvailable, eventually, startBrowser, type TestBrowser } from '@micro/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildTestSite, serveSite, type BuiltSite } from './site.fixture.ts'

interface Finding {
  readonly id: string
  readonly impact: string
  readonly nodes: readonly { readonly html: string }[]
}

describe.skipIf(!browserAvailable())('the documentation in a browser, under the strict policy', () => {
  let site: BuiltSite
  let server: Awaited<ReturnType<typeof serveSite>>
  let browser: TestBrowser
  beforeAll(async () => {
    site = await buildTestSite()
    server = await serveSite(site.folder)
    browser = await startBrowser()
  })
  afterAll(async () => {
    await browser?.[Symbol.asyncDispose]()
    await server?.[Symbol.asyncDispose]()
    await site?.[Symbol.asyncDispose]()
  })

  /** What axe finds that keeps somebody from reading the page that is open. */
  const seriousFindings = async (): Promise<string[]> => {
    await browser.evaluate(`${axe.source}; axe.run().then(({ violations }) => (globalThis.axeFound = violations)); 0`)
    const found = await eventually(async () => {
      const text = await browser.evaluate<string | undefined>('globalThis.axeFound && JSON.stringify(axeFound)')
      if (text === undefined) throw new Error('axe is at it')
      return JSON.parse(text) as Finding[]
    })
    return found
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)
  }

  for (const page of [
    '',
    'concepts/ledger/',
    'concepts/payment-lifecycle/',
    'guides/money/',
    'reference/api/payment-intents/',
    'reference/events/',
    'errors/',
    'adr/0001-two-ways-to-run-the-same-services/',
  ])
    for (const { dark, width } of [
      { dark: false, width: 1280 },
      { dark: true, width: 1280 },
      { dark: true, width: 360 },
    ])
      test(`/docs/${page} keeps nobody out, ${dark ? 'dark' : 'light'}, ${width} pixels wide`, async () => {
        await browser.look({ width, dark })
        await browser.open(`${server.url}${page}`)
        expect(await seriousFindings()).toEqual([])
        expect(await browser.evaluate<boolean>('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
        expect(browser.complaints).toEqual([])
      })

  test('the search finds a page by its words, and leads there', async () => {
    await browser.look({ width: 1280, dark: false })
    await browser.open(`${server.url}guides/money/`)
    await browser.type('.search input', 'authorisation lapses')
    await eventually(async () => {
      const found = await browser.evaluate<string[]>(
        `[...document.querySelectorAll('#results a')].map((a) => a.pathname)`,
      )
      expect(found).toContain('/docs/guides/manual-capture/')
    })
    expect(await seriousFindings()).toEqual([])
    await browser.click('#results a')
    await browser.at(/\/docs\/(?!guides\/money).+/)
    expect(browser.complaints).toEqual([])
  })

  for (const [words, leads] of [
    ['rate limit', '/docs/errors/#rate_limit'],
    ['micro listen', '/docs/reference/cli/#micro-listen'],
    ['idempotency', '/docs/concepts/idempotency/'],
    ['create a checkout session', '/docs/reference/api/checkout/#createCheckoutSession'],
  ] as const)
    test(`the search for “${words}” begins with what is called so`, async () => {
      await browser.open(server.url)
      await browser.type('.search input', words)
      await eventually(async () =>
        expect(
          await browser.evaluate<string>(
            `(({ pathname, hash }) => pathname + hash)(document.querySelector('#results a'))`,
          ),
        ).toBe(leads),
      )
    })

  test('what is not there is a page of the site, at any depth, from which the search leads on', async () => {
    for (const { dark, width } of [
      { dark: false, width: 1280 },
      { dark: true, width: 360 },
    ]) {
      await browser.look({ width, dark })
      await browser.open(`${server.url}guides/gone/deeper/`)
      expect(await browser.evaluate<string>(`document.querySelector('h1').textContent`)).toBe('There is no such page')
      expect(await seriousFindings()).toEqual([])
      expect(await browser.evaluate<boolean>('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
    }
    await browser.type('.search input', 'authorisation lapses')
    await browser.click('#results a')
    await browser.at(/\/docs\/(?!guides\/gone).+/)
    // The browser itself notes that the page's own status was 404.
    expect(browser.complaints.filter((text) => !/404/.test(text))).toEqual([])
  })

  test('a chosen theme stays over pages, from their first moment', async () => {
    await browser.look({ width: 1280, dark: false })
    await browser.open(`${server.url}`)
    await browser.click('button.theme')
    await browser.click('button.theme')
    await browser.open(`${server.url}states/`)
    expect(await browser.evaluate<string>('document.documentElement.dataset.theme')).toBe('dark')
    await browser.click('button.theme')
  })
})
