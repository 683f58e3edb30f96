import type { Body, paymentsApi, Tenant, Token as WireToken } from '@micro/contracts'
import { assert, unixSeconds } from '@micro/kernel'
import { testCardFace } from '../payment-methods/card-aliases.ts'
import { checkedExpiry, type PaymentMethod } from '../payment-methods/payment-method.ts'

/** A token as its row has it: a test card that somebody typed into a page, to be used once. */
export interface Token extends Tenant {
  readonly id: string
  readonly card_id: string
  /** The test card, as `pm_card_visa`. */
  readonly processor_method: string
  readonly exp_month: number
  readonly exp_year: number
  readonly cvc_given: boolean
  readonly billing_details: Pick<PaymentMethod['billing_details'], 'name' | 'address'>
  readonly created_at: Date
  /** By the real clock, by which it is forgotten; created_at is by the merchant's. */
  readonly recorded_at: Date
  readonly used_at: Date | null
}

/** A card whose number has been replaced by the test card it stands for, and its security code by whether there was one. */
export type TakenCard = Body<typeof paymentsApi.createToken>['card']

const textOrNull = (text: string | undefined): string | null => (text === undefined || text === '' ? null : text)

/** @throws Fault invalid_expiry_month, invalid_expiry_year */
export const createToken = (
  {
    now,
    merchantNow,
    ...identity
  }: Tenant & Pick<Token, 'id' | 'card_id'> & { readonly now: Date; readonly merchantNow: Date },
  card: TakenCard,
): Token => ({
  ...identity,
  processor_method: card.number,
  ...checkedExpiry({ exp_month: Number(card.exp_month), exp_year: Number(card.exp_year) }, merchantNow),
  cvc_given: card.cvc !== undefined,
  billing_details: {
    name: textOrNull(card.name),
    address: {
      city: textOrNull(card.address_city),
      country: textOrNull(card.address_country),
      line1: textOrNull(card.address_line1),
      line2: textOrNull(card.address_line2),
      postal_code: textOrNull(card.address_zip),
      state: textOrNull(card.address_state),
    },
  },
  created_at: merchantNow,
  recorded_at: now,
  used_at: null,
})

/** The token as the API shows it; the members stand in the contract's order. */
export const tokenToWire = (token: Token): WireToken => {
  const face = testCardFace(token.processor_method)
  assert(face !== undefined, `token ${token.id} is of no test card`)
  const { name, address } = token.billing_details
  const unchecked = (entered: string | null | undefined): string | null =>
    entered === null || entered === undefined ? null : 'unchecked'
  return {
    id: token.id,
    object: 'token',
    card: {
      id: token.card_id,
      object: 'card',
      address_city: address?.city ?? null,
      address_country: address?.country ?? null,
      address_line1: address?.line1 ?? null,
      address_line1_check: unchecked(address?.line1),
      address_line2: address?.line2 ?? null,
      address_state: address?.state ?? null,
      address_zip: address?.postal_code ?? null,
      address_zip_check: unchecked(address?.postal_code),
      brand: brandName(face.brand),
      country: face.country,
      cvc_check: token.cvc_given ? 'unchecked' : null,
      dynamic_last4: null,
      exp_month: token.exp_month,
      exp_year: token.exp_year,
      funding: face.funding,
      last4: face.last4,
      metadata: {},
      name,
      regulated_status: 'unregulated',
      tokenization_method: null,
    },
    client_ip: null,
    created: unixSeconds(token.created_at),
    livemode: false,
    type: 'card',
    used: token.used_at !== null,
  }
}

// Of cards Stripe writes the brand as people do, of payment methods in one word.
const brandNames: Readonly<Record<string, string>> = {
  amex: 'American Express',
  diners: 'Diners Club',
  discover: 'Discover',
  jcb: 'JCB',
  mastercard: 'MasterCard',
  unionpay: 'UnionPay',
  visa: 'Visa',
}
const brandName = (brand: string): string => brandNames[brand] ?? brand
