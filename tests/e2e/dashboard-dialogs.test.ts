import { randomUUID } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { browserAvailable, eventually, startBrowser, type TestBrowser } from '@micro/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pay, type Caller } from './api.ts'
import { atTheDashboard, callerOf, expectNothingLeaked, seriousFindings } from './dashboard.fixture.ts'
import { micro, removeTemporaryDirectories, temporaryDirectory, type Micro } from './harness.ts'

let platform: Micro
let home: string
beforeAll(async () => {
  platform = await micro()
  home = `${platform.url}/dashboard`
}, 180_000)
afterAll(async () => {
  await platform?.stop()
  await removeTemporaryDirectories()
})

const person = { email: `ada-${randomUUID()}@shop.test`, password: 'securepassword' }

describe.skipIf(!browserAvailable())('what the dashboard asks before it acts', () => {
  let browser: TestBrowser
  let merchant: Caller
  let pictures: string
  const { says, press, enter } = atTheDashboard(() => browser)
  const pages: Record<string, string> = {}
  beforeAll(async () => {
    browser = await startBrowser()
    await browser.look({ width: 1280, dark: false })
    await browser.open(`${home}/register`)
    await enter(person)
    await says('No payments yet')
    merchant = await callerOf(platform.url, person)
    const authorise = {
      amount: 3000,
      currency: 'eur',
      capture_method: 'manual',
      payment_method: 'pm_card_visa',
      confirm: true,
    }
    const endpoint = { url: 'https://shop.example/webhook', enabled_events: ['*'] }
    pages['paid'] = `/payments/${(await pay(merchant, 5000)).body.id}`
    pages['authorised'] = `/payments/${(await merchant('POST', '/v1/payment_intents', { body: authorise })).body.id}`
    pages['endpoint'] = `/webhooks/${(await merchant('POST', '/v1/webhook_endpoints', { body: endpoint })).body.id}`
    pages['keys'] = '/keys'
    pictures = await temporaryDirectory()
  }, 180_000)
  afterAll(() => browser?.[Symbol.asyncDispose]())

  /** Of the window that is open: whether it has the focus, is named, and lies on the screen whole. */
  const standing = () =>
    browser.evaluate(`(() => {
      const dialog = document.querySelector('dialog')
      const { left, right, top, bottom } = dialog.getBoundingClientRect()
      return {
        focus: dialog.contains(document.activeElement),
        name: document.getElementById(dialog.getAttribute('aria-labelledby')).innerText !== '',
        screen: left >= 0 && right <= innerWidth && top >= 0 && bottom <= innerHeight,
        page: document.documentElement.scrollWidth <= innerWidth,
        words: dialog.scrollWidth <= dialog.clientWidth,
      }
    })()`)
  const sound = { focus: true, name: true, screen: true, page: true, words: true }

  const expectSoundDialog = async (name: string): Promise<void> => {
    for (const dark of [false, true])
      for (const width of [1280, 360]) {
        await browser.look({ width, dark })
        await eventually(async () => expect([name, width, await standing()]).toEqual([name, width, sound]))
        expect([name, width, dark, await seriousFindings(browser)]).toEqual([name, width, dark, []])
        const picture = await browser.screenshot()
        await writeFile(join(pictures, `${name}-${width}-${dark ? 'dark' : 'light'}.png`), picture)
      }
    await browser.look({ width: 1280, dark: false })
  }

  for (const { page, opens, title } of [
    { page: 'paid', opens: 'Refund', title: 'Refund this payment?' },
    { page: 'authorised', opens: 'Capture', title: 'Capture this payment?' },
    { page: 'authorised', opens: 'Cancel', title: 'Cancel this payment?' },
    { page: 'endpoint', opens: 'Change', title: 'Change this endpoint' },
    { page: 'endpoint', opens: 'Rotate secret', title: 'Rotate the signing secret?' },
    { page: 'endpoint', opens: 'Disable', title: 'Disable this endpoint?' },
    { page: 'endpoint', opens: 'Delete', title: 'Delete this endpoint?' },
    { page: 'endpoint', opens: 'Resend several', title: 'Resend several' },
    { page: 'keys', opens: 'New test key', title: 'New test key' },
    { page: 'keys', opens: 'Roll', title: 'Roll sk_test_…' },
    { page: 'keys', opens: 'Revoke', title: 'Revoke sk_test_…' },
  ])
    test(`“${title}” keeps nobody out, light or dark, wide or narrow, and is left without a trace`, async () => {
      await browser.open(home + pages[page])
      await press(opens)
      await says(title)
      await expectSoundDialog(opens.toLowerCase().replaceAll(' ', '-'))
      await press('Back')
      await eventually(async () => expect(await browser.evaluate(`document.querySelector('dialog')`)).toBeNull())
    }, 120_000)

  test('and so does what shows a secret once', async () => {
    await browser.open(`${home}/keys`)
    await press('New test key')
    await browser.type('dialog input', 'the shop')
    await press('Create key')
    await says('Here is your key, this once')
    await expectSoundDialog('secret')
    await press('I have kept it')
  }, 120_000)

  test('an address that is no page is not led to, whoever names it', async () => {
    const challenged = await merchant('POST', '/v1/payment_intents', {
      body: {
        amount: 2000,
        currency: 'usd',
        payment_method: 'pm_card_threeDSecure2Required',
        confirm: true,
        return_url: 'https://shop.example/thanks',
      },
    })
    await browser.open(`${home}/payments/${challenged.body.id}`)
    await says('Play their part')
    const led = await browser.evaluate<string[]>(
      `[...document.querySelectorAll('a')].map((each) => each.protocol).filter((each) => !/^https?:$/.test(each))`,
    )
    expect(led).toEqual([])
  })

  test('who signs out in another tab is out in this one, and the others hear of who signs out here', async () => {
    await browser.open(`${home}/keys`)
    await says('the shop')
    // What another tab does: it ends the session that both have, and tells of it.
    await browser.evaluate(`void fetch('/auth/browser/sign_out', { method: 'POST' })
      .then(() => new BroadcastChannel('micro-session').postMessage('changed'))`)
    await browser.at(/\/dashboard\/sign-in/)
    await enter(person)
    await browser.at(/\/dashboard\/keys/)
    await browser.evaluate(
      `void (new BroadcastChannel('micro-session').onmessage = ({ data }) => (globalThis.heard = data))`,
    )
    await press(person.email)
    await press('Sign out')
    await browser.at(/\/dashboard\/sign-in/)
    await eventually(async () => expect(await browser.evaluate('globalThis.heard')).toBe('changed'))
  })

  test('nothing left the origin, no policy was broken, and no secret is within reach of a script', async () => {
    await expectNothingLeaked(browser, platform.url)
  })
})
