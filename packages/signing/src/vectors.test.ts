import { Webhook } from 'standardwebhooks'
import Stripe from 'stripe'
import { describe, expect, test } from 'vitest'
import { newEndpointSecret, signatureHeader, standardWebhookHeaders, verifySignatureHeader } from './index.ts'

const timestamp = 1_795_000_000
const id = 'evt_000000000000000000000001'
const secrets = [newEndpointSecret(), newEndpointSecret()] as const
const now = () => Math.floor(Date.now() / 1000)

/** Bytes that a careless signature trips over. */
const payloads = {
  'an event as it is sent': JSON.stringify({ id, object: 'event', data: { object: { amount: 5000 } } }, null, 2),
  'letters of several bytes': JSON.stringify({ id, name: 'Zoë 🦆 \u2028 \ud83d' }),
  'escapes and line ends': `{"id":"${id}","text":"a\\r\\n\\u0000\\\\.b"}\r\n`,
  'full stops, commas and signatures': JSON.stringify({ id, text: `.t=${timestamp},v1=00,v1,AAAA== ${timestamp}.` }),
  'a megabyte': JSON.stringify({ id, text: 'x'.repeat(1_000_000) }),
}

describe.each(Object.entries(payloads))('what is signed of %s', (_what, payload) => {
  test('is what the stripe package signs, and it believes it', () => {
    const theirs = Stripe.webhooks.generateTestHeaderString({ payload, secret: secrets[0], timestamp })
    expect(signatureHeader({ secrets: [secrets[0]], payload, timestamp })).toBe(theirs)
    expect(verifySignatureHeader({ header: theirs, payload, secret: secrets[0], now: timestamp })).toBe(true)
    const header = signatureHeader({ secrets, payload, timestamp: now() })
    for (const secret of secrets) expect(Stripe.webhooks.constructEvent(payload, header, secret).id).toBe(id)
    expect(() => Stripe.webhooks.constructEvent(`${payload} `, header, secrets[0])).toThrow('signature')
    expect(() => Stripe.webhooks.constructEvent(payload, header, newEndpointSecret())).toThrow('signature')
  })

  test('is what the standardwebhooks package signs, and it believes it', () => {
    const theirs = new Webhook(secrets[0]).sign(id, new Date(timestamp * 1000), payload)
    const headersAt = (at: number) => standardWebhookHeaders({ secrets, id, timestamp: at, payload })
    expect(headersAt(timestamp)['webhook-signature'].split(' ')[0]).toBe(theirs)
    for (const secret of secrets)
      expect(new Webhook(secret).verify(payload, headersAt(now()))).toEqual(JSON.parse(payload))
    expect(() => new Webhook(secrets[0]).verify(`${payload} `, headersAt(now()))).toThrow('signature')
    expect(() => new Webhook(newEndpointSecret()).verify(payload, headersAt(now()))).toThrow('signature')
    expect(() => new Webhook(secrets[0]).verify(payload, headersAt(now() - 301))).toThrow('too old')
  })
})
