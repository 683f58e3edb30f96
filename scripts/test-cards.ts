// Writes docs/test-cards.md: every test payment method and what comes of it, from the tables of the simulator.
import { testCardFace } from '../services/payments/src/payment-methods/card-aliases.ts'
import { declines } from '../services/payments/src/processors/declines.ts'
import { behaviourOf } from '../services/payments/src/processors/test-behaviours.ts'
import { testCards, type TestCard } from '../services/payments/src/processors/test-cards.ts'
import { testNumbers } from '../services/payments/src/tokens/test-numbers.ts'
import { written } from './written.ts'

const numberOf = new Map([...testNumbers].map(([number, alias]) => [alias, number.replaceAll(/(.{4})(?=.)/g, '$1 ')]))

const asks: Readonly<Record<TestCard['authentication'], string>> = {
  never: '',
  on_request: 'its holder is asked only on request',
  always: 'its holder has to prove to be one, each time',
  unless_set_up: 'its holder has to prove to be one, unless it was set up for later',
  unless_off_session: 'its holder has to prove to be one, unless nobody is there (`off_session`)',
}

const checked = (alias: string): string[] => {
  const face = testCardFace(alias)
  return [
    face?.cvcCheck === 'fail' ? 'the check of the security code fails' : '',
    face?.line1Check === 'fail' ? 'the check of the street fails' : '',
    face?.postalCheck === 'fail' ? 'the check of the postal code fails' : '',
    face?.line1Check === 'unavailable' ? 'addresses cannot be checked' : '',
  ]
}

const comesOf = (alias: string, { authentication, decline, blocked, risk, availableAtOnce }: TestCard): string => {
  const { refund, dispute } = behaviourOf(alias)
  const declined = decline === undefined ? undefined : declines[decline]
  const told = [
    asks[authentication],
    declined === undefined ? '' : `declined: \`${declined.code}\`, \`${declined.declineCode}\``,
    blocked === true ? 'blocked for its risk' : risk === 'normal' ? '' : `paid, with the risk \`${risk}\``,
    ...checked(alias),
    availableAtOnce === true ? 'paid, and available at once' : '',
    refund === 'pending'
      ? 'paid; a refund is pending for a moment'
      : refund === 'fails'
        ? 'paid; a refund fails later'
        : '',
    dispute === undefined ? '' : `paid; then ${dispute.inquiry ? 'an inquiry' : 'a dispute'}: \`${dispute.reason}\``,
  ].filter((words) => words !== '')
  return told.length === 0 ? 'paid' : told.join('; ')
}

const rows = [...testCards]
  .filter(([alias]) => alias.startsWith('pm_card_'))
  .map(([alias, card]) => {
    const { brand, last4, country, funding } = testCardFace(alias) ?? {}
    const shown = `${brand} …${last4}, ${country}${funding === 'credit' ? '' : `, ${funding}`}`
    return `| \`${alias}\` | ${numberOf.get(alias) ?? ''} | ${shown} | ${comesOf(alias, card)} |`
  })

await written(
  'docs/test-cards.md',
  `# Test cards

Every payment method of test mode and what the simulator makes of it, from its own tables; made by \`make openapi\`. Give the
name as \`payment_method\`, or \`tok_…\` in place of \`pm_card_…\` where a token is asked for. The published numbers are typed into
the pages that Micro hosts, with any future date and any security code, or become a token with a publishable key
(\`POST /v1/tokens\`); everywhere else every card number is refused, also these.

| \`payment_method\` | number | shows as | what comes of it |
| :--- | :--- | :--- | :--- |
${rows.join('\n')}

An answer of declines is a 402 with \`type=card_error\`; \`decline_code\` and \`advice_code\` say why and what to do, \`param\` which
input is meant. A dispute of test mode is decided by its evidence: \`winning_evidence\` in any text field wins it, \`losing_evidence\`
loses it, anything else stays under review. \`escalate_inquiry\` makes a chargeback of an inquiry.
`,
)
