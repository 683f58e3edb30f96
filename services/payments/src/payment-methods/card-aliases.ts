import type { PaymentMethodCard } from '@micro/contracts'
import type { DeclineName } from '../processors/declines.ts'

/** What is to be seen of a test card, and how the checks of what its payer entered end. */
export interface TestCardFace extends Pick<PaymentMethodCard, 'brand' | 'last4' | 'country' | 'funding'> {
  readonly cvcCheck: string
  readonly line1Check: string
  readonly postalCheck: string
}

/** What the simulator does with a test card; with one that says nothing here it simply pays. */
export interface TestCardBehaviour {
  readonly risk?: 'normal' | 'elevated' | 'highest'
  /**
   * When the holder has to prove to be one: of the last two only where they are there; without them the payment method
   * must have been set up for it, or the card is as if it had been.
   */
  readonly authentication?: 'never' | 'on_request' | 'always' | 'unless_set_up' | 'unless_off_session'
  readonly decline?: DeclineName
  readonly blocked?: true
  /** Its money is the merchant's at once. */
  readonly availableAtOnce?: true
}

type Known = Pick<TestCardFace, 'brand' | 'last4'> & Partial<TestCardFace> & { readonly does?: TestCardBehaviour }

const visa = (last4: string, rest: Partial<Known> = {}): Known => ({ brand: 'visa', last4, ...rest })

/** By what stands behind `pm_card_` or `tok_`. Stripe's documented test cards: what they look like, and what they do. */
const cards: Readonly<Record<string, Known>> = {
  visa: visa('4242'),
  visa_debit: visa('5556', { funding: 'debit' }),
  mastercard: { brand: 'mastercard', last4: '4444' },
  mastercard_debit: { brand: 'mastercard', last4: '8210', funding: 'debit' },
  mastercard_prepaid: { brand: 'mastercard', last4: '5100', funding: 'prepaid' },
  amex: { brand: 'amex', last4: '0005' },
  discover: { brand: 'discover', last4: '1117' },
  diners: { brand: 'diners', last4: '0004' },
  jcb: { brand: 'jcb', last4: '0505', country: 'JP' },
  unionpay: { brand: 'unionpay', last4: '0005', country: 'CN' },
  // countries
  us: visa('4242'),
  au: visa('0006', { country: 'AU' }),
  ca: visa('0000', { country: 'CA' }),
  de: visa('0016', { country: 'DE' }),
  fr: visa('0003', { country: 'FR' }),
  gb: visa('0000', { country: 'GB' }),
  jp: visa('0003', { country: 'JP' }),
  ar: visa('0021', { country: 'AR' }),
  at: visa('0008', { country: 'AT' }),
  be: visa('0004', { country: 'BE' }),
  br: visa('0004', { country: 'BR' }),
  ch: visa('0009', { country: 'CH' }),
  cn: visa('0002', { country: 'CN' }),
  dk: visa('0001', { country: 'DK' }),
  es: visa('0007', { country: 'ES' }),
  fi: visa('0001', { country: 'FI' }),
  hk: visa('0004', { country: 'HK' }),
  ie: visa('0005', { country: 'IE' }),
  in: visa('0008', { country: 'IN' }),
  it: visa('0008', { country: 'IT' }),
  lu: visa('0006', { country: 'LU' }),
  mx: visa('8001', { country: 'MX' }),
  my: visa('0002', { country: 'MY' }),
  nl: visa('0002', { country: 'NL' }),
  no: visa('0003', { country: 'NO' }),
  nz: visa('0008', { country: 'NZ' }),
  pl: visa('0000', { country: 'PL' }),
  pt: visa('0000', { country: 'PT' }),
  se: visa('0008', { country: 'SE' }),
  sg: visa('0003', { country: 'SG' }),
  // declines
  chargeDeclined: visa('0002', { does: { decline: 'generic' } }),
  visa_chargeDeclined: visa('0002', { does: { decline: 'generic' } }),
  declined: visa('0002', { does: { decline: 'generic' } }),
  chargeDeclinedInsufficientFunds: visa('9995', { does: { decline: 'insufficientFunds' } }),
  visa_chargeDeclinedInsufficientFunds: visa('9995', { does: { decline: 'insufficientFunds' } }),
  chargeDeclinedLostCard: visa('9987', { does: { decline: 'lostCard' } }),
  visa_chargeDeclinedLostCard: visa('9987', { does: { decline: 'lostCard' } }),
  chargeDeclinedStolenCard: visa('9979', { does: { decline: 'stolenCard' } }),
  visa_chargeDeclinedStolenCard: visa('9979', { does: { decline: 'stolenCard' } }),
  chargeDeclinedExpiredCard: visa('0069', { does: { decline: 'expired' } }),
  visa_chargeDeclinedExpiredCard: visa('0069', { does: { decline: 'expired' } }),
  chargeDeclinedIncorrectCvc: visa('0127', { cvcCheck: 'fail', does: { decline: 'incorrectCvc' } }),
  visa_chargeDeclinedIncorrectCvc: visa('0127', { cvcCheck: 'fail', does: { decline: 'incorrectCvc' } }),
  chargeDeclinedProcessingError: visa('0119', { does: { decline: 'processingError' } }),
  visa_chargeDeclinedProcessingError: visa('0119', { does: { decline: 'processingError' } }),
  chargeDeclinedFraudulent: visa('0019', { does: { decline: 'fraudulent' } }),
  visa_chargeDeclinedFraudulent: visa('0019', { does: { decline: 'fraudulent' } }),
  chargeDeclinedVelocityLimitExceeded: visa('6975', { does: { decline: 'velocity' } }),
  visa_chargeDeclinedVelocityLimitExceeded: visa('6975', { does: { decline: 'velocity' } }),
  chargeCustomerFail: visa('0341', { does: { decline: 'generic' } }),
  // authentication
  authenticationRequired: visa('3184', { country: 'DE', does: { authentication: 'always' } }),
  authenticationRequiredOnSetup: visa('3155', { country: 'FR', does: { authentication: 'unless_set_up' } }),
  authenticationRequiredSetupForOffSession: visa('0446', {
    country: 'IT',
    does: { authentication: 'unless_off_session' },
  }),
  authenticationRequiredChargeDeclinedInsufficientFunds: visa('3178', {
    country: 'GB',
    does: { authentication: 'unless_off_session', decline: 'insufficientFunds' },
  }),
  threeDSecure2Required: visa('3220', { does: { authentication: 'always' } }),
  threeDSecureRequired: visa('3063', { does: { authentication: 'always' } }),
  threeDSecureOptional: visa('3055', { does: { authentication: 'on_request' } }),
  threeDSecureRequiredChargeDeclined: visa('1629', { does: { authentication: 'always', decline: 'generic' } }),
  threeDSecureRequiredProcessingError: visa('1692', { does: { authentication: 'always', decline: 'processingError' } }),
  // risk and checks
  radarBlock: visa('0019', { does: { risk: 'highest', blocked: true } }),
  riskLevelHighest: visa('4954', { does: { risk: 'highest' } }),
  riskLevelElevated: visa('9235', { does: { risk: 'elevated' } }),
  cvcCheckFail: visa('0101', { cvcCheck: 'fail' }),
  avsZipFail: visa('0036', { postalCheck: 'fail' }),
  avsLine1Fail: visa('0028', { line1Check: 'fail' }),
  avsFail: visa('0010', { line1Check: 'fail', postalCheck: 'fail' }),
  avsUnchecked: visa('0044', { line1Check: 'unavailable', postalCheck: 'unavailable' }),
  // disputes, refunds, availability
  createDispute: visa('0259'),
  createDisputeProductNotReceived: visa('2685'),
  createDisputeInquiry: visa('1976'),
  pendingRefund: visa('7726'),
  refundFail: visa('5126'),
  bypassPending: visa('0077', { does: { availableAtOnce: true } }),
  bypassPendingInternational: visa('0278', { country: 'IL', does: { availableAtOnce: true } }),
}

const passing = { country: 'US', funding: 'credit', cvcCheck: 'pass', line1Check: 'pass', postalCheck: 'pass' } as const

const named = <T>(of: (card: Known) => T): ReadonlyMap<string, T> =>
  new Map(
    Object.entries(cards).flatMap(([name, card]) =>
      [`pm_card_${name}`, `tok_${name}`].map((alias) => [alias, of(card)] as const),
    ),
  )

// What is kept of a payment method is the face alone.
const faces = named(({ does: _does, ...face }): TestCardFace => ({ ...passing, ...face }))
const behaviours = named(({ does = {} }) => does)

/** Every alias and token. */
export const testCardNames: readonly string[] = [...faces.keys()]

/** The test card that an alias or token names, such as `pm_card_visa` or `tok_visa`; undefined for any other text. */
export const testCardFace = (alias: string): TestCardFace | undefined => faces.get(alias)

/** What the card does that an alias or token names. */
export const testCardBehaviour = (alias: string): TestCardBehaviour => behaviours.get(alias) ?? {}
