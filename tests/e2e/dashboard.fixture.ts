import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { eventually, type TestBrowser } from '@micro/testing'
import axe from 'axe-core'
import { expect } from 'vitest'
import { temporaryDirectory } from './harness.ts'

const timeoutMs = 60_000

export interface Login {
  readonly email: string
  readonly password: string
}

/** What somebody does with a page, and waits for; the browser may be started later. */
export const handsOn = (browser: () => TestBrowser) => {
  const said = () => browser().evaluate<string>('document.body.innerText')
  return {
    said,
    says: (text: string) => eventually(async () => expect(await said()).toContain(text), { timeoutMs }),
    /** Presses the button or follows the link that is called so, once it is there. */
    press: (name: string) =>
      eventually(
        () =>
          browser().evaluate(
            `[...document.querySelectorAll('button, a')].find((each) => each.innerText.trim() === ${JSON.stringify(name)}).click()`,
          ),
        { timeoutMs },
      ),
    /** At the door, of whoever has this login. */
    signIn: async ({ email, password }: Login) => {
      await browser().type('input[name=email]', email)
      await browser().type('input[name=password]', password)
      await browser().click('button[type=submit]')
    },
  }
}

/** What axe finds serious in the page that is open. */
const seriousFaults = async (browser: TestBrowser): Promise<unknown[]> => {
  await browser.evaluate(`${axe.source}; axe.run().then((found) => (window.found = found)); undefined`)
  return eventually(
    async () => {
      const violations = await browser.evaluate<{ id: string; impact: string; nodes: unknown }[]>(
        `window.found.violations.map(({ id, impact, nodes }) => ({ id, impact, nodes: nodes.map(({ html }) => html) }))`,
      )
      return violations.filter(({ impact }) => ['serious', 'critical'].includes(impact))
    },
    { timeoutMs },
  )
}

/** Opens each page wide and narrow, light and dark: nothing serious is wrong with it, and nothing reaches beyond it. */
export const expectFaultless = async (browser: TestBrowser, home: string, pages: Readonly<Record<string, string>>) => {
  const pictures = await temporaryDirectory()
  for (const [name, path] of Object.entries(pages))
    for (const dark of [false, true])
      for (const width of [1280, 400]) {
        await browser.look({ width, dark })
        await browser.open(home + path)
        await eventually(
          async () => {
            expect(await browser.evaluate(`document.querySelectorAll('h1').length`)).toBe(1)
            expect(await browser.evaluate(`document.querySelectorAll('[role=status][aria-label]').length`)).toBe(0)
          },
          { timeoutMs },
        )
        expect([name, width, dark, await seriousFaults(browser)]).toEqual([name, width, dark, []])
        const picture = await browser.screenshot()
        await writeFile(join(pictures, `${name}-${width}-${dark ? 'dark' : 'light'}.png`), picture)
        // It shows more than an empty page, and nothing that reaches beyond a narrow screen.
        expect(picture.length).toBeGreaterThan(6_000)
        expect(await browser.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width)
      }
  await browser.look({ width: 1280, dark: false })
}

/** Nothing was asked of other hosts, and the policy of the pages had nothing to refuse. */
export const expectKeptWithin = (browser: TestBrowser, url: string) => {
  // The browser draws its own fields for times, with pictures that it has by itself.
  const own = (asked: string) => asked.startsWith(`${url}/`) || asked === 'about:blank' || asked.startsWith('data:')
  expect(browser.requests.filter((asked) => !own(asked))).toEqual([])
  expect(browser.complaints.filter((text) => /policy|refused/i.test(text))).toEqual([])
}
