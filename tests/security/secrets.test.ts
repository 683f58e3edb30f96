import { randomBytes } from 'node:crypto'
import { newApiKey } from '@micro/signing'
import { redisAvailable } from '@micro/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import WebSocket from 'ws'
import { caller, newMerchant, pay, type Merchant } from '../e2e/api.ts'
import { publicOperations } from './contracts.ts'
import { everythingKept, foundIn } from './kept.ts'
import { exchange } from './raw.ts'
import { callerFor, parametersOf, send } from './requests.ts'
import { inFiveProcesses, inOneProcess, type World } from './worlds.ts'

const cards = {
  'a card number': '4242424242424242',
  'a card number in groups': '4000 0566 5566 5556',
  'a card number with dashes': '3782-822463-10005',
  'a card number with no-break spaces': '5555\u00a05555\u00a05555\u00a04444',
} as const
const digitsOf = (text: string): string => text.replaceAll(/\D/g, '')

const random = (): string => randomBytes(18).toString('hex')

/** Secrets that only this test knows: wherever they turn up, they came from here. */
const planted = (merchant: Merchant): Record<string, string> => ({
  'an API key': newApiKey('live'),
  'a key in use': merchant.key,
  'an access token': merchant.token,
  'an endpoint secret': `whsec_${random()}`,
  'a refresh token': `rt_${random()}`,
  'a password': `Pa55-${random()}`,
  'a cookie': `session=${random()}`,
  ...cards,
})

const keepsSecrets = (start: () => Promise<World>): void => {
  let world: World
  let merchant: Merchant
  let bystander: Merchant
  let secrets: Record<string, string>
  beforeAll(async () => {
    world = await start()
    merchant = await newMerchant(world.url)
    bystander = await newMerchant(world.url)
    secrets = planted(merchant)
    await pay(bystander.test)
  }, 180_000)
  afterAll(() => world?.stop(), 180_000)

  const operations = publicOperations.filter(({ name }) => name !== 'logOut')

  test('secrets are sent to every route, in every place one could slip into', { timeout: 300_000 }, async () => {
    for (const operation of operations) {
      const call = callerFor(operation, merchant, world.url)
      for (const secret of Object.values(secrets)) {
        const header = /^[\x20-\x7e]*$/.test(secret) ? secret : encodeURIComponent(secret)
        for (const parameter of parametersOf(operation)) await send(operation, [{ ...parameter, value: secret }], call)
        await send(operation, [{ part: 'query', name: secret, value: 'x' }], call)
        await send(operation, [{ part: 'body', name: secret, value: { [secret]: secret } }], call)
        const headers = {
          cookie: header,
          'user-agent': header,
          referer: `https://x.example/?${header}`,
          'x-api-key': header,
        }
        await send(operation, [], call, { headers, key: header })
        for (const authorization of [`Bearer ${header}`, `Basic ${btoa(`${header}:${header}`)}`, header])
          await send(operation, [], caller(world.url), { headers: { authorization } })
        const { path, route } = operation
        const broken = { form: `{"a":"${secret}`, headers: { 'content-type': 'application/json' } }
        if (route.method === 'POST') await call('POST', path.replace(':id', 'x'), broken)
      }
    }
  })

  test('and beside the routes: malformed requests, wrong types, streams, logins that fail', async () => {
    const anyone = caller(world.url)
    for (const secret of Object.values(secrets)) {
      const plain = encodeURIComponent(secret)
      await exchange(world.url, `GET /${plain} HTTP/1.1\r\nHost: ${plain}\r\nX-Key : ${plain}\r\n\r\n`)
      await exchange(world.url, `${plain} /${plain} ${plain}\r\n\r\n`)
      await anyone('GET', `/${plain}?token=${plain}`)
      await anyone('POST', '/auth/login', { form: secret, headers: { 'content-type': `application/${plain}` } })
      await anyone('POST', '/auth/login', { body: { email: `${plain}@example.com`, password: secret } })
      await anyone('POST', '/auth/login', { body: { email: merchant.email, password: secret } })
      await refusedStream(plain)
      await nonsenseOnStream(secret)
    }
  })

  const refusedStream = (text: string): Promise<void> =>
    new Promise((resolve) => {
      const socket = new WebSocket(`${world.url.replace('http', 'ws')}/ws?token=${text}`, {
        headers: { authorization: `Bearer ${text}`, cookie: text },
      })
      socket.on('error', () => resolve())
      socket.on('open', () => socket.close())
    })
  const nonsenseOnStream = (text: string): Promise<void> =>
    new Promise((resolve) => {
      const socket = new WebSocket(`${world.url.replace('http', 'ws')}/ws`, {
        headers: { authorization: `Bearer ${bystander.key}` },
      })
      socket.on('open', () => socket.send(text))
      socket.on('error', () => {})
      socket.on('close', () => resolve())
    })

  test('cards are typed into a page, which may send the numbers of test cards', async () => {
    const page = caller(world.url, String((await merchant.test('GET', '/auth/me')).body['publishable_key']))
    const statuses = new Set<number>()
    for (const number of Object.values(cards)) {
      const card = { number, exp_month: 12, exp_year: 2050, cvc: '123' }
      for (const key of [undefined, `page-${digitsOf(number).slice(-4)}`])
        statuses.add(
          (await page('POST', '/v1/tokens', { body: { card }, ...(key === undefined ? {} : { key }) })).status,
        )
    }
    expect(statuses).toEqual(new Set([200]))
  })

  test('no log tells any of them', async () => {
    const logs = await world.logs()
    expect(logs).toContain('request.finished')
    expect(foundIn(logs, secrets)).toEqual([])
    const digits = Object.fromEntries(Object.entries(cards).map(([name, card]) => [name, digitsOf(card)]))
    expect(foundIn(logs, digits)).toEqual([])
  })

  test('no database keeps a card number, nor anything that opens the door', async () => {
    const kept = await everythingKept(world.databaseUrls)
    expect(kept).toContain(bystander.email)
    expect(kept).toContain(bystander.keyId)
    expect(foundIn(kept, cards)).toEqual([])
    expect(
      foundIn(kept.replaceAll(/[\s.-]/g, ''), { 'a card number': digitsOf(cards['a card number in groups']) }),
    ).toEqual([])
    const doors = {
      key: bystander.key,
      'half a key': bystander.key.slice(8, 24),
      token: bystander.token,
      password: bystander.password,
    }
    expect(foundIn(kept, doors)).toEqual([])
  })
}

describe('one process', () => keepsSecrets(inOneProcess))
describe.skipIf(!redisAvailable())('five processes', () => keepsSecrets(inFiveProcesses))
