import { browserAvailable, eventually, startBrowser } from '@micro/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { caller } from '../e2e/api.ts'
import { openAcceptance, type Acceptance } from './sdk.fixture.ts'

let micro: Acceptance
beforeAll(async () => {
  micro = await openAcceptance()
}, 180_000)
afterAll(() => micro?.stop())

describe.skipIf(!browserAvailable())('the page on which a command line is let in', () => {
  test('shows the words to compare, says what is wrong, lets in, and needs nothing its policy refuses', async () => {
    const { body: asked } = await caller(micro.url)('POST', '/stripecli/auth', { form: 'device_name=<b>desk</b>' })
    await using browser = await startBrowser()
    await browser.open(String(asked['browser_url']))
    const shown = () => browser.evaluate<string>('document.body.innerText')
    expect(await shown()).toContain(String(asked['verification_code']))
    expect(await shown()).toContain('<b>desk</b>')

    await browser.type('#email', micro.mine.email)
    await browser.type('#password', 'not the password')
    await browser.click('button')
    await eventually(async () => expect(await shown()).toContain('The email or the password is wrong.'))
    // The email stays; the password does not.
    await browser.type('#password', micro.mine.password)
    await browser.click('button')
    await eventually(async () => expect(await shown()).toContain('It is let in'))
    expect(browser.complaints.filter((text) => /policy|refused/i.test(text))).toEqual([])
  })
})
