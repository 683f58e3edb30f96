import type { CheckoutSession } from '@micro/contracts'
import type { Bench, CallOptions } from '../payments.fixture.ts'
import type { LiveProcessors } from '../processors/live.ts'
import { scriptedProcessors } from '../processors/live.fixture.ts'
import {
  fateOfPage,
  isPageOf,
  type PagePayment,
  type PageProcessor,
  type PageRequest,
  type PageThere,
} from '../processors/paging.ts'
import { PaymentDiffers } from '../processors/same-payment.ts'

/** How a processor answers who asks for a page; `answer_lost`: it makes one, and nobody hears of it. */
type Answer = 'makes' | 'refuses' | 'silent' | 'answer_lost'

const card = { brand: 'visa', last4: '4242', country: 'US', funding: 'credit' }
const face = { ...card, cvcCheck: 'pass', line1Check: 'pass', postalCheck: 'pass' }
const kept = { face, exp_month: 12, exp_year: 2040, fingerprint: 'f' }

/** Processors of live mode that keep a book of their pages, and answer as told by their ids. */
export const scriptedPages = (bench: Bench, answers: Record<string, Answer>) => {
  const book = new Map<string, PageThere & { readonly processor: string; readonly charge: string }>()
  /** `make`, `find` and `close`, each as often as it was asked. */
  const asked: string[] = []
  const requests: PageRequest[] = []
  const silent = { value: false }
  let count = 0

  const pages = (processor: string): PageProcessor => {
    const hear = (call: string): void => {
      asked.push(`${call} ${processor}`)
      if (silent.value || answers[processor] === 'silent') throw new Error('no answer')
    }
    const find: PageProcessor['find'] = (sent) => {
      const found = [...book.values()].find((page) => page.processor === processor && page.session === sent.session)
      if (found !== undefined && !isPageOf(found, sent)) throw new PaymentDiffers('it differs')
      return Promise.resolve(found)
    }
    return {
      async make(request) {
        requests.push(request)
        hear('make')
        if (answers[processor] === 'refuses') return { kind: 'refused', reason: 'amount_too_small' }
        const known = book.get(request.session)
        const id = `cs_theirs${++count}`
        const page = known ?? {
          ...{ id, url: `https://pay.test/${id}`, status: 'open' as const, processor, charge: request.charge },
          ...{ session: request.session, amount: request.amount, currency: request.currency },
          payment: undefined,
          buyer: { email: null, name: null },
        }
        book.set(request.session, page)
        if (answers[processor] === 'answer_lost') throw new Error('the answer was lost')
        return { kind: 'there', page }
      },
      async find(sent, signal) {
        hear('find')
        return find(sent, signal)
      },
      async close(sent, signal) {
        hear('close')
        const page = book.get(sent.session)
        if (page?.status === 'open') book.set(sent.session, { ...page, status: 'expired', url: null })
        const closed = await find(sent, signal)
        if (closed === undefined) throw new Error('there is none')
        return closed
      },
    }
  }

  const pageOf = (session: string) => {
    const page = book.get(session)
    if (page === undefined) throw new Error(`there is no page of ${session}`)
    return page
  }

  const live: LiveProcessors = {
    ...scriptedProcessors(bench, {}).live,
    pages: (_tenant, processor) => pages(processor),
    teller: () =>
      Promise.resolve({
        about: (id) => {
          const page = [...book.values()].find((each) => each.id === id)
          return Promise.resolve(
            page?.session === undefined ? undefined : { kind: 'page', session: page.session, page },
          )
        },
        settled: () => Promise.reject(new Error('no')),
      }),
  }

  /** What a buyer does there; anything of the payment can be another. */
  const pay = (session: string, more: Partial<PagePayment> = {}, page: Partial<PageThere> = {}): void => {
    const there = pageOf(session)
    if (there.status !== 'open') throw new Error('nobody pays there any more')
    const id = `pi_theirs${++count}`
    book.set(session, {
      ...there,
      status: 'complete',
      url: null,
      payment: {
        there: { id, amount: there.amount, currency: there.currency, isManual: false },
        charge: there.charge,
        outcome: { kind: 'succeeded', processorId: id },
        canceled: false,
        underWay: true,
        method: `pm_theirs${count}`,
        card: kept,
        ...more,
      },
      buyer: { email: 'ada@shop.test', name: 'Ada' },
      ...page,
    })
  }
  return { live, book, asked, requests, silent, pay, pageOf, fateOf: (session: string) => fateOfPage(pageOf(session)) }
}

const hat = { price_data: { currency: 'usd', unit_amount: 1500, product_data: { name: 'Hat' } } }
export const hatOnSale = {
  mode: 'payment',
  success_url: 'https://shop.example/thanks?of={CHECKOUT_SESSION_ID}',
  line_items: [hat],
}

export const liveProcessor = async (bench: Bench, merchant: string, priority = 0): Promise<string> => {
  const body = { kind: 'stripe', secret_key: `sk_live_of_${merchant}`, currencies: ['usd'], priority }
  return (await bench.call('/payments/processors', { merchant, mode: 'live', body })).body.id
}

/** Asks about sessions in live mode. */
export const sessionsOf =
  (call: Bench['call'], merchant: string) =>
  async (rest: string, options: CallOptions = {}) => {
    const answer = await call(`/v1/checkout/sessions${rest}`, { merchant, mode: 'live', ...options })
    return { ...answer, body: answer.body as unknown as CheckoutSession & { error: Record<string, unknown> } }
  }
