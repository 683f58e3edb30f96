import { createStreams, httpTransport } from '@micro/client'
import { ledgerApi, type LedgerVerification, type LedgerVerificationProgress } from '@micro/contracts'
import type { MicroCommand } from '../../shell/command.ts'
import { Failure } from '../../shell/failure.ts'
import { createProgress } from '../../shell/progress.ts'
import { contextOf, printJson, type Context, type Shell } from '../../shell/shell.ts'
import { printable } from '../../shell/terminal.ts'
import { counted, countOf } from '../money.ts'
import { openLedger } from '../open.ts'
import { given } from '../options.ts'
import { readToken } from './token-file.ts'

const progressText = ({ checked, of, entries }: LedgerVerificationProgress): string =>
  checked < of
    ? `Verifying… ${countOf(checked)} of ${counted(of, 'transaction')}`
    : `Verifying… ${counted(entries, 'entry', 'entries')} added up`

/** Reads on to the end. @throws ApiError, ConnectionError, StreamBrokenError */
const verify = async (context: Context, checkpoint: string | undefined): Promise<LedgerVerification> => {
  const { transport } = await openLedger(context)
  const streams = createStreams(ledgerApi, httpTransport(transport))
  const progress = createProgress(context.stderr)
  let result: LedgerVerification | undefined
  try {
    for await (const line of streams.verifyLedger({ query: given({ checkpoint }) })) {
      if (line.object === 'ledger.verification') result = line
      else progress.tell(progressText(line))
    }
  } finally {
    progress.clear()
  }
  if (result === undefined) throw new Failure('The verification ended without a result. Try again.')
  return result
}

type Problem = LedgerVerification['problems'][number]

const problemText = ({ code, message, seq, account_id, found }: Problem): string => {
  const place = [seq === null ? [] : [`seq ${seq}`], account_id === null ? [] : [`account ${account_id}`]].flat()
  const often = found > 1 ? ` (and ${counted(found - 1, 'more place')})` : ''
  return `${place.length === 0 ? '' : `At ${place.join(', ')}: `}${code}: ${printable(message)}${often}`
}

const tell = ({ terminal }: Context, verified: LedgerVerification): void => {
  const { checked, accounts, checkpoints, hash, problems } = verified
  for (const problem of problems) terminal.out(problemText(problem))
  const compared = checkpoints === 0 ? '' : `, and ${counted(checkpoints, 'checkpoint')} compared`
  terminal.out(`${counted(checked, 'transaction')} derived anew, ${counted(accounts, 'account')} added up${compared}.`)
  if (hash !== null) terminal.out(`Hash ${hash}`)
}

/** @throws Failure unless all of it is sound, naming where it first is not */
const judge = ({ status, checked, of, first_bad_seq, problems }: LedgerVerification): void => {
  if (status === 'sound' && problems.length === 0 && checked >= of) return
  if (checked < of && status === 'sound') throw new Failure(`Only ${checked} of ${of} transactions were verified.`)
  const where = first_bad_seq === null ? '' : ` The first bad transaction is seq ${first_bad_seq}.`
  throw new Failure(`The ledger is wrong.${where}`)
}

const run = async (context: Context, file: string | undefined): Promise<void> => {
  const checkpoint = file === undefined ? undefined : await readToken(file, context)
  const verified = await verify(context, checkpoint)
  if (context.json) printJson(context.terminal, verified)
  else tell(context, verified)
  judge(verified)
  if (!context.json) context.terminal.out(context.terminal.paint('green', 'The ledger is sound.'))
}

export const addVerify = (ledger: MicroCommand, shell: Shell): void => {
  ledger
    .command('verify')
    .examples('micro ledger verify', 'micro ledger verify --checkpoint checkpoint.txt')
    .summary('Derive the whole ledger anew and name what is wrong')
    .description(
      'Derive the whole ledger anew from its entries and compare it with what it says: sums, balances, hashes, their order. With a checkpoint that was kept elsewhere, the history up to it must be the same. Ends with 1 when anything is wrong, and names the first bad transaction.',
    )
    .option('--checkpoint <file>', 'a file with a checkpoint you kept; - for standard input')
    .action((flags: { checkpoint?: string }, command: MicroCommand) => run(contextOf(shell, command), flags.checkpoint))
}
