import type { Mode } from '@micro/contracts'
import { Link } from '@tanstack/react-router'
import { buttonClass } from '../ui/button.tsx'
import { Card } from '../ui/card.tsx'
import { CommandLine } from '../ui/command.tsx'

const commands = (gateway: string) => [
  { does: 'Log the command line in', command: `./micro login --gateway-url ${gateway}` },
  {
    does: 'Make a payment with a test card',
    command: './micro payments create --amount 2000 --currency usd --payment-method pm_card_visa --confirm',
  },
  {
    does: 'Receive its events at your own server',
    command: './micro listen --forward-to http://localhost:4242/webhook',
  },
]

/** What a newcomer sees: there is nothing yet, and three commands change that. */
export const FirstCommands = ({ mode }: { mode: Mode }) => (
  <Card title={mode === 'test' ? 'No payments yet: make the first' : 'No live payments yet'}>
    {mode === 'live' ? (
      <p>
        Live payments need a processor and a live key. Try everything in{' '}
        <Link to="/" search={{ mode: undefined }} className="font-medium text-accent underline">
          test mode
        </Link>{' '}
        first.
      </p>
    ) : (
      <div className="grid gap-4">
        <p>Type these where you started Micro; what happens shows here at once.</p>
        <ol className="grid gap-3">
          {commands(location.origin).map(({ does, command }, at) => (
            <li key={command} className="grid gap-1">
              <span className="font-medium">
                {at + 1}. {does}
              </span>
              <CommandLine {...{ command, does }} />
            </li>
          ))}
        </ol>
        <p className="flex flex-wrap items-center gap-3">
          Or without a terminal:
          <Link to="/payments" search={{ new: true }} className={buttonClass('primary')}>
            New test payment
          </Link>
        </p>
      </div>
    )}
  </Card>
)
