import { formatMoney } from '@micro/kernel'
import { html, HtmlPage, type Html } from '@micro/service'
import type { FormErrors, FormField } from './buyer.ts'
import { successUrlOf, type LineItem, type Session } from './checkout-session.ts'
import { pageFrame as page } from '../pages/page-frame.ts'
import { pageStyle as style } from '../pages/page.style.ts'

const nothing = html``
const joined = (pieces: readonly Html[]): Html => pieces.reduce((all, piece) => html`${all}${piece}`, nothing)

const money = (amount: bigint, { currency }: Session): string => formatMoney(amount, currency ?? '')

const verbs: Readonly<Record<string, string>> = { book: 'Book', donate: 'Donate' }
const verbOf = (session: Session): string => {
  const { purpose, submit_type, amount_total } = session
  if (purpose === 'setup' || amount_total === null) return 'Save card'
  return `${verbs[submit_type ?? ''] ?? 'Pay'} ${money(amount_total, session)}`
}

const lineOf = (session: Session) => (item: LineItem) => {
  const quantity = item.quantity === 1 ? nothing : html`<small>Quantity ${item.quantity}</small>`
  return html`<li><span>${item.description}${quantity}</span><b>${money(item.amount, session)}</b></li>`
}

const summary = (session: Session, items: readonly LineItem[]): Html => {
  const back = session.cancel_url === null ? nothing : html`<p><a href="${session.cancel_url}">Back to the shop</a></p>`
  const total = session.amount_total
  return html`<section aria-labelledby="what">
    <h1 id="what">${total === null ? 'Save a card' : 'To pay'}</h1>
    <p class="total">${total === null ? 'For later payments' : money(total, session)}</p>
    <ul>
      ${joined(items.map(lineOf(session)))}
    </ul>
    ${back}
  </section>`
}

interface Input {
  readonly name: FormField
  readonly label: string
  /** How a browser helps to fill it in. */
  readonly help: Html
}

// Nobody's real card belongs here, so the browser is not asked for one.
const inputs: Readonly<Record<FormField, Input>> = {
  email: { name: 'email', label: 'E-mail', help: html`type="email" autocomplete="email" maxlength="254"` },
  card_number: {
    name: 'card_number',
    label: 'Card number',
    help: html`inputmode="numeric" autocomplete="off" maxlength="40" placeholder="4242 4242 4242 4242"`,
  },
  expiry: {
    name: 'expiry',
    label: 'Valid until',
    help: html`inputmode="numeric" autocomplete="off" maxlength="9" placeholder="MM / YY"`,
  },
  cvc: {
    name: 'cvc',
    label: 'Security code',
    help: html`inputmode="numeric" autocomplete="off" maxlength="8" placeholder="CVC"`,
  },
  name: { name: 'name', label: 'Name on card', help: html`autocomplete="cc-name" maxlength="256"` },
}

/** What the form begins with, and what was wrong with it. Never a number or a security code. */
export interface Filled {
  readonly email?: string | undefined
  readonly expiry?: string | undefined
  readonly name?: string | undefined
  readonly errors?: FormErrors
  /** What is wrong with the payment rather than with a field. */
  readonly alert?: string | undefined
  readonly status?: number
}

const fieldOf =
  ({ errors = {}, ...values }: Filled) =>
  (name: FormField): Html => {
    const { label, help } = inputs[name]
    const error = errors[name]
    const value = name === 'card_number' || name === 'cvc' ? undefined : values[name]
    const isFirst = Object.keys(errors)[0] === name
    const state = error === undefined ? nothing : html`aria-invalid="true" aria-describedby="${name}-error"`
    const told = error === undefined ? nothing : html`<p class="wrong" id="${name}-error">${error}</p>`
    return html`<div class="field">
      <label for="${name}">${label}</label>
      <input
        id="${name}"
        name="${name}"
        value="${value ?? ''}"
        required
        ${help}
        ${state}
        ${isFirst ? html`autofocus` : nothing}
      />
      ${told}
    </div>`
  }

/** The form, by itself or with what was wrong. */
export const formPage = (session: Session, items: readonly LineItem[], filled: Filled): HtmlPage => {
  const field = fieldOf(filled)
  const alert = filled.alert === undefined ? nothing : html`<p class="alert" role="alert">${filled.alert}</p>`
  const body = html`<main>
    ${summary(session, items)}
    <section aria-labelledby="how">
      <h2 id="how">Pay by card</h2>
      <p class="test">Test mode: no money moves. Use 4242 4242 4242 4242 with any future date and any code.</p>
      ${alert}
      <form method="post" action="/checkout/pay/${session.id}" novalidate>
        ${joined([field('email'), field('card_number')])}
        <div class="pair">${joined([field('expiry'), field('cvc')])}</div>
        ${field('name')}
        <button type="submit">${verbOf(session)}</button>
      </form>
    </section>
  </main>`
  return HtmlPage.show(page('Checkout', body), {
    style,
    status: filled.status ?? 200,
    formOrigins: [new URL(successUrlOf(session)).origin],
  })
}

const narrow = (title: string, body: Html, refresh: Html = nothing): HtmlPage => {
  const frame = html`<main class="narrow">
    <section role="status">
      <h2>${title}</h2>
      ${body}
    </section>
  </main>`
  return HtmlPage.show(page(title, frame, refresh), { style })
}

/** Looks again by itself, until it is known how the payment ended, or where it can be made. */
export const waitPage = ({ id, mode, status }: Session): HtmlPage =>
  narrow(
    'One moment …',
    html`<p>
        ${mode === 'live' && status === 'open' ? 'You are led on to where you pay.' : 'Your payment is being made.'}
        This page looks again by itself.
      </p>
      <p><a href="/checkout/pay/${id}">Look again</a></p>`,
    html`<meta http-equiv="refresh" content="2; url=/checkout/pay/${id}" />`,
  )

/**
 * Leads on to the shop. Not by a redirect: where 3-D Secure led here, the browser would hold that one, too, to what the
 * form of the page before may lead to.
 */
export const completePage = (session: Session): HtmlPage => {
  const url = successUrlOf(session)
  return narrow(
    'Thank you',
    html`<p>${session.purpose === 'setup' ? 'Your card is saved.' : 'Your payment was made.'}</p>
      <p><a href="${url}">Go on to the shop</a></p>`,
    html`<meta http-equiv="refresh" content="0; url=${url}" />`,
  )
}

export const expiredPage = ({ cancel_url: url }: Session): HtmlPage =>
  narrow(
    'This page has expired',
    html`<p>Nothing can be paid here any more, and nothing was taken.</p>
      ${url === null ? nothing : html`<p><a href="${url}">Back to the shop</a></p>`}`,
  )
