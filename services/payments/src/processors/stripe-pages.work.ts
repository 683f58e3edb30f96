import type Stripe from 'stripe'
import { assert } from '@micro/kernel'
import { isPageOf, type PageAnswer, type PageRequest, type PageSent, type PageThere } from './paging.ts'
import { PaymentDiffers } from './same-payment.ts'
import { isRefusal } from './stripe.ts'
import { pageExpansions, pageOf, paramsOf } from './stripe-pages.ts'
import { isKeyRefused } from './stripe-telling.work.ts'
import { clientOf, clockSkewMs, type Connection } from './stripe.work.ts'

const seenMax = 10_000

/** Why none was made, for whoever holds the account's key. */
const reasonOf = (error: unknown): string => {
  if (isKeyRefused(error)) return 'it refuses the key it was given'
  const { code, param } = error as Stripe.errors.StripeError
  return [code ?? 'it refuses the request', ...(param === undefined ? [] : [`(${param})`])].join(' ')
}

/** The pages of one account at Stripe, or at whoever is compatible with it; what its methods promise stands at `PageProcessor`. */
export const stripePages = (connection: Connection) => {
  const { clock } = connection
  let skewMs = 0
  const stripe = clientOf(connection, (theirsMs) => (skewMs = Math.abs(clock.now().getTime() - theirsMs)))
  const { sessions } = stripe.checkout

  /** @throws PaymentDiffers when it is another's page, or what was paid on it is */
  const ours = (session: Stripe.Checkout.Session, sent: PageSent): PageThere => {
    const page = pageOf(session)
    if (!isPageOf(page, sent)) throw new PaymentDiffers(`${page.id} bears the name of ${sent.session}, and is not it`)
    return page
  }

  const listPage = async (sent: PageSent): Promise<PageThere | undefined> => {
    const created = { gte: Math.floor((sent.sentAt.getTime() - clockSkewMs) / 1_000) }
    const expand = pageExpansions.map((each) => `data.${each}`)
    let namesake: string | undefined
    let last: { readonly starting_after?: string } = {}
    for (let seen = 0; seen < seenMax; seen += 100) {
      const { data, has_more } = await sessions.list({ created, limit: 100, expand, ...last })
      assert(skewMs < clockSkewMs, `the clock of the processor of ${sent.session} is ${skewMs} ms off`)
      const pages = data.map(pageOf)
      const found = pages.find((page) => isPageOf(page, sent))
      if (found !== undefined) return found
      namesake ??= pages.find((page) => page.session === sent.session)?.id
      const end = data.at(-1)
      if (!has_more || end === undefined) {
        if (namesake !== undefined)
          throw new PaymentDiffers(`${namesake} bears the name of ${sent.session}, and is not it`)
        return undefined
      }
      last = { starting_after: end.id }
    }
    assert(false, `${sent.session} is not among the newest ${seenMax} pages of its processor`)
  }

  const find = async (sent: PageSent): Promise<PageThere | undefined> =>
    sent.processorId === null
      ? listPage(sent)
      : ours(await sessions.retrieve(sent.processorId, { expand: pageExpansions }), sent)

  return {
    find,
    async make(request: PageRequest): Promise<PageAnswer> {
      try {
        return {
          kind: 'there',
          page: ours(await sessions.create(paramsOf(request), { idempotencyKey: request.session }), request),
        }
      } catch (error) {
        if (!isRefusal(error) && !isKeyRefused(error)) throw error
        return { kind: 'refused', reason: reasonOf(error) }
      }
    },
    async close(sent: PageSent): Promise<PageThere> {
      const { processorId: id } = sent
      assert(id !== null, `${sent.session} is to be closed, and its page is not known`)
      try {
        return ours(await sessions.expire(id, { expand: pageExpansions }), sent)
      } catch (error) {
        // It refuses what ended meanwhile; how it did, it tells.
        if (!isRefusal(error)) throw error
        return ours(await sessions.retrieve(id, { expand: pageExpansions }), sent)
      }
    },
  }
}
