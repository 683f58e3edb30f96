import type { CardChecks } from '@micro/contracts'
import {
  testCardBehaviour,
  testCardFace,
  testCardNames,
  type TestCardBehaviour,
} from '../payment-methods/card-aliases.ts'

/** What the simulator does with a test payment method. */
export interface TestCard extends TestCardBehaviour {
  readonly checks: CardChecks
  readonly risk: NonNullable<TestCardBehaviour['risk']>
  readonly authentication: NonNullable<TestCardBehaviour['authentication']>
}

const cardOf = (alias: string): TestCard => {
  const face = testCardFace(alias)
  const checks: CardChecks = {
    address_line1_check: face?.line1Check ?? null,
    address_postal_code_check: face?.postalCheck ?? null,
    cvc_check: face?.cvcCheck ?? null,
  }
  return { checks, risk: 'normal', authentication: 'never', ...testCardBehaviour(alias) }
}

/** Every payment method of test mode and what comes of it. */
export const testCards: ReadonlyMap<string, TestCard> = new Map(testCardNames.map((alias) => [alias, cardOf(alias)]))

/** What confirming on the original surface uses in test mode when no payment method is given. */
export const defaultTestCard = 'pm_card_visa'
