import { createColumns, rule, type Cell } from '../../shell/columns.ts'
import type { MicroCommand } from '../../shell/command.ts'
import { Failure } from '../../shell/failure.ts'
import { contextOf, printJson, type Context, type Shell } from '../../shell/shell.ts'
import { amountOf } from '../money.ts'
import { openLedger } from '../open.ts'
import type { LedgerClient } from '../../session/api.ts'
import { given } from '../options.ts'
import { pointOf, pointText, withPointFlags, type PointFlags } from './point.ts'

interface Flags extends PointFlags {
  readonly currency?: string
}

type TrialBalance = Awaited<ReturnType<LedgerClient['retrieveLedgerTrialBalance']>>

interface Sides {
  readonly currency: string
  readonly scale: number
  readonly debits_str: string
  readonly credits_str: string
}

/** What stands on a side; nothing where nothing does, as accountants leave it. */
const side = (digits: string, scale: number): string => (digits === '0' ? '' : amountOf(BigInt(digits), scale))

const total = (digits: string, scale: number): string => amountOf(BigInt(digits), scale)

const columns = [
  { heading: 'CURRENCY' },
  { heading: 'TYPE' },
  { heading: 'DEBIT', right: true },
  { heading: 'CREDIT', right: true },
]

const isEqual = ({ debits_str, credits_str }: Sides): boolean => debits_str === credits_str

const drawn = ({ rows, totals }: TrialBalance): Cell[][] =>
  totals.flatMap((sum, at) => [
    ...(at === 0 ? [] : [['']]),
    ...rows
      .filter(({ currency }) => currency === sum.currency)
      .map(({ currency, type, debits_str, credits_str, scale }) => [
        currency.toUpperCase(),
        type,
        side(debits_str, scale),
        side(credits_str, scale),
      ]),
    ['', '', rule, rule],
    [
      sum.currency.toUpperCase(),
      isEqual(sum) ? 'balances' : 'DOES NOT BALANCE',
      total(sum.debits_str, sum.scale),
      total(sum.credits_str, sum.scale),
    ],
  ])

const run = async (context: Context, { currency, ...point }: Flags): Promise<void> => {
  const { terminal } = context
  const query = { ...pointOf(point), ...given({ currency }) }
  const { client } = await openLedger(context)
  const balance = await client.retrieveLedgerTrialBalance({ query })
  if (context.json) printJson(terminal, balance)
  else {
    if (balance.rows.length === 0) terminal.err('Nothing is on any account.')
    else createColumns(terminal, columns).print(drawn(balance))
    terminal.err(`As of ${pointText(balance)}.`)
  }
  const wrong = balance.totals.find((sum) => !isEqual(sum))
  if (wrong !== undefined)
    throw new Failure(
      `Debits and credits in ${wrong.currency} are not equal. See what is wrong with: micro ledger verify`,
    )
}

export const addTrialBalance = (ledger: MicroCommand, shell: Shell): void => {
  const trial = ledger
    .command('trial-balance')
    .examples('micro ledger trial-balance', 'micro ledger trial-balance --effective 2026-01-31 --currency eur')
    .summary('Tell debits and credits by type of account')
    .description(
      'Tell what stands on the debit and on the credit side, by currency and type of account, now or at any point of the past. The sums are equal, or the command fails.',
    )
    .option('--currency <code>', 'only this currency or asset')
  withPointFlags(trial).action((flags: Flags, command: MicroCommand) => run(contextOf(shell, command), flags))
}
