import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { eventually, type TestBrowser } from '@micro/testing'
import axe from 'axe-core'
import { expect } from 'vitest'
import { caller, type Caller } from './api.ts'

export interface Person {
  readonly email: string
  readonly password: string
}

const patiently = { timeoutMs: 60_000 } as const

/** What somebody sees and does at the dashboard's pages, by what is written there. */
export const atTheDashboard = (browser: () => TestBrowser) => {
  const said = () => browser().evaluate<string>('document.body.innerText')
  return {
    said,
    says: (text: string) => eventually(async () => expect(await said()).toContain(text), patiently),
    /** Presses the button or follows the link that is called so, once it is there. */
    press: (name: string) =>
      eventually(
        () =>
          browser().evaluate(
            `[...document.querySelectorAll('button, a')].find((each) => each.innerText.trim() === ${JSON.stringify(name)}).click()`,
          ),
        patiently,
      ),
    /** Gives the field, or choice, that is labelled so a value, as somebody who types or chooses it. */
    fill: (label: string, value: string) =>
      eventually(
        () =>
          browser().evaluate(`(() => {
            const [label, value] = ${JSON.stringify([label, value])}
            const field = document.querySelector('select[aria-label="' + label + '"]') ??
              [...document.querySelectorAll('label')].find((each) => each.innerText === label).control
            Object.getOwnPropertyDescriptor(Object.getPrototypeOf(field), 'value').set.call(field, value)
            field.dispatchEvent(new Event(field instanceof HTMLSelectElement ? 'change' : 'input', { bubbles: true }))
          })()`),
        patiently,
      ),
    /** Says yes to the question that is asked, which is over once it is done. */
    confirm: async (): Promise<void> => {
      await browser().click('dialog button[type=submit]')
      await eventually(
        async () => expect(await browser().evaluate(`document.querySelector('dialog') === null`)).toBe(true),
        patiently,
      )
    },
    /** Fills the form of the door, which signs in or registers. */
    enter: async ({ email, password }: Person): Promise<void> => {
      await browser().type('input[name=email]', email)
      await browser().type('input[name=password]', password)
      await browser().click('button[type=submit]')
    },
  }
}

/** A test key of whoever registered in the browser. */
export const testKeyOf = async (url: string, { email, password }: Person): Promise<string> => {
  const { body: tokens } = await caller(url)('POST', '/auth/login', { body: { email, password } })
  const session = caller(url, String(tokens['token']))
  const { body: key } = await session('POST', '/auth/api_keys', { body: { environment: 'test' } })
  return String(key['key'])
}

/** A caller with such a key. */
export const callerOf = async (url: string, person: Person): Promise<Caller> =>
  caller(url, await testKeyOf(url, person))

/** What axe finds serious in what is shown now. */
export const seriousFindings = async (browser: TestBrowser): Promise<unknown[]> => {
  await browser.evaluate(
    `${axe.source}; window.found = undefined; axe.run().then((found) => (window.found = found)); undefined`,
  )
  return eventually(async () => {
    const violations = await browser.evaluate<{ id: string; impact: string; nodes: unknown }[]>(
      `window.found.violations.map(({ id, impact, nodes }) => ({ id, impact, nodes: nodes.map(({ html }) => html) }))`,
    )
    return violations.filter(({ impact }) => ['serious', 'critical'].includes(impact))
  }, patiently)
}

/**
 * Opens pages, by their names, light and dark, wide and narrow, and expects of each that axe finds nothing serious and that
 * it does not reach beyond the screen. Pictures of them are left in a folder.
 */
export const expectSoundPages = async (
  browser: TestBrowser,
  { home, pages, pictures }: { home: string; pages: Readonly<Record<string, string>>; pictures: string },
): Promise<void> => {
  for (const [name, path] of Object.entries(pages))
    for (const dark of [false, true])
      for (const width of [1280, 400]) {
        await browser.look({ width, dark })
        await browser.open(home + path)
        await eventually(async () => {
          expect(await browser.evaluate(`document.querySelectorAll('h1').length`)).toBe(1)
          expect(await browser.evaluate(`document.querySelectorAll('[role=status][aria-label]').length`)).toBe(0)
        }, patiently)
        expect([name, width, dark, await seriousFindings(browser)]).toEqual([name, width, dark, []])
        const picture = await browser.screenshot()
        await writeFile(join(pictures, `${name}-${width}-${dark ? 'dark' : 'light'}.png`), picture)
        // It shows more than an empty page, and nothing that reaches beyond a narrow screen.
        expect(picture.length).toBeGreaterThan(6_000)
        expect(await browser.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width)
      }
  await browser.look({ width: 1280, dark: false })
}

/** Expects that nothing left the origin, no policy was broken, and no secret is within reach of a script. */
export const expectNothingLeaked = async (browser: TestBrowser, url: string): Promise<void> => {
  // The browser's own icons, of a field for a time, are data: they are asked of nobody.
  const asked = browser.requests.filter((each) => each !== 'about:blank' && !each.startsWith('data:'))
  expect(asked.filter((each) => !each.startsWith(`${url}/`))).toEqual([])
  expect(browser.complaints.filter((text) => /policy|refused/i.test(text))).toEqual([])
  const kept = await browser.evaluate<string>(
    'JSON.stringify([document.cookie, { ...localStorage }, { ...sessionStorage }])',
  )
  expect(kept).not.toMatch(/[sr]k_(test|live)_|whsec_|bs_|eyJ/)
}
