// Writes docs/states.md: every state machine of payments, from the tables that the code decides by.
import { NEXT as disputes } from '../services/payments/src/disputes/dispute.ts'
import { NEXT as intents } from '../services/payments/src/payment-intents/payment-intent.ts'
import { NEXT as payouts } from '../services/payments/src/payouts/payout.ts'
import { NEXT as refunds } from '../services/payments/src/refunds/refund.ts'
import { NEXT as setupIntents } from '../services/payments/src/setup-intents/setup-intent.ts'
import { written } from './written.ts'

type Machine = Readonly<Record<string, Readonly<Record<string, string | null>>>>

const table = (machine: Machine): string => {
  const commands = [...new Set(Object.values(machine).flatMap((row) => Object.keys(row)))]
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [
    line(['', ...commands.map((command) => command.replaceAll('_', ' '))]),
    line([':---', ...commands.map(() => ':---')]),
    ...Object.entries(machine).map(([status, row]) =>
      line([`\`${status}\``, ...commands.map((command) => row[command] ?? '')]),
    ),
  ].join('\n')
}

const section = (title: string, words: string, machine: Machine): string =>
  `## ${title}\n\n${words}\n\n${table(machine)}`

await written(
  'docs/states.md',
  `# States

What each status allows and where it leads, from the tables that the code itself decides by; made by \`make openapi\`. An empty
cell is refused: a caller is answered 400, naming the status and from which ones it would be accepted, and a processor that
says it again, or too late, changes nothing.

${[
  section(
    'Payment intent',
    'Callers amend (update its terms), confirm, capture and cancel. The card’s holder is challenged, and then proves to be one (authenticate) or not (refuse). The processor lets it succeed, authorises it (`capture_method=manual`) or declines; an authorisation whose time is over lapses.',
    intents,
  ),
  section(
    'Setup intent',
    'A confirm either succeeds, is a challenge for the card’s holder, or is declined.',
    setupIntents,
  ),
  section(
    'Refund',
    'What the processor says of it. A success may still fail days later, when the customer’s bank sends the money back.',
    refunds,
  ),
  section(
    'Dispute',
    'The merchant edits evidence, submits it, or closes (gives in); time expires; the card’s bank decides won, lost, or closes an inquiry, or makes a chargeback of it (escalate). The statuses of an inquiry begin with `warning_`; it moves no money.',
    disputes,
  ),
  section(
    'Payout',
    'It is handed to the bank (submit) and arrives or fails there; until then it can be canceled.',
    payouts,
  ),
].join('\n\n')}
`,
)
