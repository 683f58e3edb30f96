/**
 * A small shop, written as for Stripe: Checkout takes the money and keeps the card, a webhook says so, and later a hat can
 * be bought again with the same card, or given back. It knows the `stripe` package and nothing of Micro but its address.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import Stripe from 'stripe'

const { STRIPE_SECRET_KEY = '', STRIPE_WEBHOOK_SECRET = '', STRIPE_HOST = 'localhost', PORT = '4242' } = process.env
const [host = '', port = '8080'] = STRIPE_HOST.split(':')

const stripe = new Stripe(STRIPE_SECRET_KEY, {
  // Micro instead of Stripe: these three lines.
  host,
  port,
  protocol: 'http',
})

interface Order {
  readonly session: string
  status: 'open' | 'paid' | 'refunded'
  customer?: string
  payment?: string
}
/** In a real shop a table. Orders change where a webhook says so, never because a browser came back. */
const orders = new Map<string, Order>()

const idOf = (named: string | { readonly id: string } | null): string =>
  typeof named === 'string' ? named : (named?.id ?? '')

const buy = async (home: string, email: string): Promise<string> => {
  const session = await stripe.checkout.sessions.create({
    mode: 'payment',
    customer_email: email,
    line_items: [
      { price_data: { currency: 'usd', unit_amount: 1999, product_data: { name: 'A hat of straw' } }, quantity: 1 },
    ],
    payment_intent_data: { setup_future_usage: 'off_session' },
    success_url: `${home}/thanks?session={CHECKOUT_SESSION_ID}`,
    cancel_url: home,
  })
  orders.set(session.id, { session: session.id, status: 'open' })
  return session.url ?? home
}

/** Another hat, with the card that was kept; the customer is not there. */
const buyAgain = async ({ customer = '' }: Order): Promise<Stripe.PaymentIntent> => {
  const [card] = (await stripe.customers.listPaymentMethods(customer, { type: 'card' })).data
  if (card === undefined) throw new Error(`${customer} has no card`)
  return stripe.paymentIntents.create({
    amount: 1999,
    currency: 'usd',
    customer,
    payment_method: card.id,
    off_session: true,
    confirm: true,
  })
}

const heed = (event: Stripe.Event): void => {
  if (event.type === 'checkout.session.completed') {
    const { id, customer, payment_intent: payment } = event.data.object
    orders.set(id, { session: id, status: 'paid', customer: idOf(customer as string), payment: idOf(payment) })
  }
  if (event.type === 'charge.refunded') {
    const payment = idOf(event.data.object.payment_intent)
    for (const order of orders.values()) if (order.payment === payment) order.status = 'refunded'
  }
}

const bodyOf = async (request: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

const goTo = (response: ServerResponse, url: string): unknown => response.writeHead(303, { location: url }).end()
const show = (response: ServerResponse, body: string): unknown =>
  response
    .writeHead(200, { 'content-type': 'text/html; charset=utf-8' })
    .end(`<!doctype html><title>Hats</title>${body}`)
const json = (response: ServerResponse, body: unknown, status = 200): unknown =>
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))

const button = (action: string, label: string, order: string): string =>
  `<form method="post" action="${action}"><input type="hidden" name="order" value="${order}"><button>${label}</button></form>`

const answer = async (request: IncomingMessage, response: ServerResponse): Promise<unknown> => {
  const home = `http://${request.headers.host ?? ''}`
  const url = new URL(request.url ?? '/', home)
  const body = await bodyOf(request)
  const form = new URLSearchParams(body.toString())
  const order = orders.get(form.get('order') ?? url.searchParams.get('session') ?? '')

  switch (`${request.method} ${url.pathname}`) {
    case 'GET /':
      return show(
        response,
        '<h1>Hats</h1><form method="post" action="/buy"><input name="email"><button>Buy</button></form>',
      )
    case 'POST /buy':
      return goTo(response, await buy(home, form.get('email') ?? ''))
    case 'GET /thanks':
      if (order === undefined) return json(response, { error: 'no such order' }, 404)
      return show(
        response,
        `<h1>Thank you</h1>${button('/again', 'Another one', order.session)}${button('/refund', 'Give it back', order.session)}`,
      )
    case 'POST /again':
      return order === undefined ? json(response, {}, 404) : json(response, { status: (await buyAgain(order)).status })
    case 'POST /refund':
      if (order?.payment === undefined) return json(response, { error: 'no such order' }, 404)
      return json(response, { status: (await stripe.refunds.create({ payment_intent: order.payment })).status })
    case 'POST /webhook':
      try {
        const signature = request.headers['stripe-signature'] ?? ''
        heed(stripe.webhooks.constructEvent(body, signature, STRIPE_WEBHOOK_SECRET))
        return json(response, { received: true })
      } catch (error) {
        return json(response, { error: String(error) }, 400)
      }
    case 'GET /orders':
      return json(response, [...orders.values()])
    default:
      return json(response, { error: 'not found' }, 404)
  }
}

const server = createServer((request, response) => {
  answer(request, response).catch((error: unknown) => {
    process.stderr.write(`${String(error)}\n`)
    json(response, { error: 'Something went wrong.' }, 500)
  })
})
server.listen(Number(PORT), '127.0.0.1', () =>
  process.stdout.write(`The shop is at http://127.0.0.1:${(server.address() as AddressInfo).port}\n`),
)
