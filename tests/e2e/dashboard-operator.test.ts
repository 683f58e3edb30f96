import { randomUUID } from 'node:crypto'
import { browserAvailable, eventually, startBrowser, type TestBrowser } from '@micro/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { caller, pay, type Caller } from './api.ts'
import { atTheDashboard, callerOf, expectNothingLeaked, expectSoundPages, type Person } from './dashboard.fixture.ts'
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

const somebody = (name: string): Person => ({ email: `${name}-${randomUUID()}@shop.test`, password: 'securepassword' })
/** Who registers first runs the installation. */
const operator = somebody('operator')
const ada = somebody('ada')

describe.skipIf(!browserAvailable())('the pages of an account and of an installation at the dashboard', () => {
  let browser: TestBrowser
  const { said, says, press, enter } = atTheDashboard(() => browser)

  const logIn = async ({ email, password }: Person): Promise<Caller> => {
    const { body } = await caller(platform.url)('POST', '/auth/login', { body: { email, password } })
    return caller(platform.url, String(body['token']))
  }
  /** Presses the button of that name for those who hear the page. */
  const pressLabelled = (label: string) => browser.click(`button[aria-label=${JSON.stringify(label)}]`)
  const confirm = async (): Promise<void> => {
    await browser.click('dialog button[type=submit]')
    await eventually(async () => expect(await browser.evaluate(`document.querySelector('dialog')`)).toBeNull(), {
      timeoutMs: 60_000,
    })
  }
  const rows = (list: string) =>
    browser.evaluate<string[]>(
      `[...document.querySelectorAll('[aria-label="${list}"] > li')].map((row) => row.innerText)`,
    )
  beforeAll(async () => {
    browser = await startBrowser()
    await browser.look({ width: 1280, dark: false })
    await browser.open(`${home}/register?next=/operator`)
    await enter(operator)
    await browser.at(/\/dashboard\/operator\/?$/)
    await caller(platform.url)('POST', '/auth/register', { body: ada })
  }, 180_000)
  afterAll(() => browser?.[Symbol.asyncDispose]())

  describe('an operator', () => {
    test('sees how each service is, what waits in it, and what runs', async () => {
      await pay(await callerOf(platform.url, ada), 4200)
      await browser.at(/\/dashboard\/operator\/?$/)
      await says('All is well')
      await says('All gateways count together.')
      for (const text of [
        'Events to be taken in',
        'Payments to be booked',
        'Books found wrong',
        'Webhooks not through yet',
      ])
        await says(text)
      const facts = await eventually(async () => {
        const found = await browser.evaluate<string[]>(
          `[...document.querySelectorAll('main dl')].map((list) => list.innerText.replace(/\\s+/g, ' '))`,
        )
        expect(found).toHaveLength(5)
        return found
      })
      expect(facts.filter((each) => /PostgreSQL \d+\.\d+/.test(each))).toHaveLength(4)
      expect(facts.filter((each) => /Node \d+\.\d+\.\d+/.test(each))).toHaveLength(5)
      // Limits and messages are this one process's own.
      expect(facts[0]).not.toContain('Redis')
    })

    test('disables a user, whose sessions and keys end, and enables them again', async () => {
      const key = await callerOf(platform.url, ada)
      await browser.open(`${home}/operator/users`)
      await says(ada.email)
      expect(await rows('Users, newest first')).toHaveLength(2)
      await pressLabelled(`Disable: ${ada.email}`)
      await says('Their sessions end at once')
      await confirm()
      await says('Disabled since')
      await eventually(async () => expect((await key('GET', '/auth/me')).status).toBe(401), { timeoutMs: 60_000 })
      await pressLabelled(`Enable: ${ada.email}`)
      await confirm()
      await eventually(async () => expect((await key('GET', '/auth/me')).status).toBe(200), { timeoutMs: 60_000 })
    })

    test('cannot cease to be the last one, and is told what to do', async () => {
      await browser.open(`${home}/operator/users`)
      await pressLabelled(`Remove as operator: ${operator.email}`)
      await browser.click('dialog button[type=submit]')
      await says('This is the last operator who can sign in')
      await says('Make somebody else an operator first.')
    })

    test('closes registration and invites somebody, once', async () => {
      await browser.open(`${home}/operator/users`)
      await press('Close it')
      await confirm()
      await says('An operator decided so.')
      const guest = somebody('guest')
      const register = (body: object) => caller(platform.url)('POST', '/auth/register', { body: { ...guest, ...body } })
      expect((await register({})).body.error.code).toBe('registration_closed')
      await press('Invite somebody')
      await browser.type('dialog input[name=email]', guest.email)
      await browser.click('dialog button[type=submit]')
      await says('Here is your invitation, this once')
      const invitation = await browser.evaluate<string>(`document.querySelector('dialog code').innerText`)
      expect((await register({ invitation })).status).toBe(201)
      await press('I have kept it')
      expect(await browser.evaluate('document.body.innerHTML')).not.toContain(invitation)
      await press('Open it')
      await confirm()
      await says('Anyone who reaches this address can register.')
    })

    test('reads the audit log by what was done, when and with whom, and that is on record', async () => {
      const { body } = await (await logIn(ada))('GET', '/auth/me')
      await browser.open(`${home}/operator/audit?action=user.disabled`)
      const entries = () => rows('What was done, newest first')
      const disabled = expect.stringMatching(/User disabled[^]*by you from 127\.0\.0\.1/)
      await eventually(async () => expect(await entries()).toEqual([disabled]))
      await browser.open(`${home}/operator/audit?merchant=${String(body['merchant'])}&since=4102444800`)
      await says('Nothing like that was done.')
      await browser.open(`${home}/operator/audit?merchant=${String(body['merchant'])}`)
      await eventually(async () => expect((await entries()).join()).toContain('Signed in'))
      expect((await entries()).join()).not.toContain('Registration closed')
      await browser.open(`${home}/operator/audit?action=audit_log.read`)
      await eventually(async () => expect((await entries()).join()).toContain('Audit log read'))
    })
  })

  test('who is invited is asked for the invitation when they register', async () => {
    const [guest, asOperator] = [somebody('guest'), await logIn(operator)]
    const setOpen = (open: boolean) => asOperator('POST', '/auth/operator/registration', { body: { open } })
    await setOpen(false)
    const { body } = await asOperator('POST', '/auth/operator/invitations', { body: { email: guest.email } })
    await browser.open(`${home}/register?next=/sessions`)
    await enter(guest)
    await says('Ask an operator of this installation for an invitation, and enter it.')
    await browser.type('input[name=invitation]', String(body['token']))
    await browser.click('button[type=submit]')
    await browser.at(/\/dashboard\/sessions$/)
    await setOpen(true)
  })

  describe('everybody else', () => {
    beforeAll(async () => {
      await browser.open(`${home}/sign-in?next=/`)
      await enter(ada)
      await browser.at(/\/dashboard\/?$/)
      await says('Home')
    }, 180_000)

    test('is shown no way to the operator’s pages, and nothing there; nor is anything asked for', async () => {
      expect(await said()).not.toContain('Operator')
      const before = browser.requests.length
      for (const path of ['/operator', '/operator/users', '/operator/audit']) {
        await browser.open(home + path)
        await says('There is no page at this address')
        expect(await said()).not.toContain(operator.email)
      }
      expect(browser.requests.slice(before).filter((url) => url.includes('/operator/services'))).toEqual([])
      expect(browser.requests.slice(before).filter((url) => url.includes('/auth/operator'))).toEqual([])
    })

    test('is refused by the API itself, also from the page', async () => {
      for (const path of ['/operator/services/ledger', '/auth/operator/users', '/auth/operator/audit_log']) {
        await browser.evaluate(
          `fetch(${JSON.stringify(path)}).then((answer) => answer.json()).then((body) => (window.told = [${JSON.stringify(path)}, body.error?.code])); undefined`,
        )
        await eventually(async () => expect(await browser.evaluate('window.told')).toEqual([path, 'operator_required']))
      }
    })
  })

  describe('where one is signed in', () => {
    test('is shown with what holds it, and signed out one by one', async () => {
      const lost = await logIn(ada)
      const { body } = await lost('GET', '/auth/sessions')
      const id = String(body.data.find(({ current }) => current === true)?.id)
      await browser.open(`${home}/sessions`)
      await says('This one')
      await says('Command line')
      await pressLabelled(`Sign out ${id}`)
      await confirm()
      await eventually(async () => expect((await lost('GET', '/auth/me')).status).toBe(401), { timeoutMs: 60_000 })
      await eventually(async () => expect(await said()).not.toContain(id))
    })

    test('ends everywhere else at once; this browser and the keys go on', async () => {
      const key = await callerOf(platform.url, ada)
      const others = [await logIn(ada), await logIn(ada)]
      await browser.open(`${home}/sessions`)
      await press('Sign out everywhere else')
      await confirm()
      for (const lost of others)
        await eventually(async () => expect((await lost('GET', '/auth/me')).status).toBe(401), { timeoutMs: 60_000 })
      await eventually(async () => expect(await rows('Sessions, newest first')).toHaveLength(1))
      expect((await rows('Sessions, newest first'))[0]).toContain('Browser')
      expect((await key('GET', '/auth/me')).status).toBe(200)
    })

    test('and what was done from there is in one’s own log, by kind, and nobody else’s is', async () => {
      await browser.open(`${home}/activity?action=session.ended`)
      const entries = () => rows('What was done, newest first')
      await eventually(async () => expect((await entries()).length).toBeGreaterThanOrEqual(3))
      expect((await entries()).filter((each) => !each.startsWith('Session ended'))).toEqual([])
      await browser.open(`${home}/activity`)
      await eventually(async () => expect((await entries()).join()).toContain('API key created'))
      expect((await entries()).join()).toContain('User disabled')
      expect(await said()).not.toContain(operator.email)
      await browser.click('main details summary')
      await says('Request')
    })

    test('signing out this one leads to the door', async () => {
      await browser.open(`${home}/sessions`)
      await pressLabelled('Sign out here')
      await browser.at(/\/sign-in/)
    })
  })

  test('no page has a serious fault that axe knows of, wide or narrow, light or dark', async () => {
    await browser.open(`${home}/sign-in?next=/operator`)
    await enter(operator)
    await says('All is well')
    const pages = {
      'operator-health': '/operator',
      'operator-users': '/operator/users',
      'operator-audit': '/operator/audit',
      sessions: '/sessions',
      activity: '/activity',
      lost: '/operator/nothing',
    }
    await expectSoundPages(browser, { home, pages, pictures: await temporaryDirectory() })
    // Thirty times a whole page, by a browser that shares its machine with everything else.
  }, 400_000)

  test('nothing left the origin, no policy was broken, and no secret is within reach of a script', async () => {
    await expectNothingLeaked(browser, platform.url)
  })
})
