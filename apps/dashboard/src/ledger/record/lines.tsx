import type { LedgerAccount } from '@micro/contracts'
import { useId } from 'react'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { Choice, Field } from '../../ui/field.tsx'
import { amountText } from '../amount.ts'
import { isBalanced } from '../columns.ts'
import { emptyLine, type DraftLine, type DraftSum, type LineFaults } from './draft.ts'

interface LineGiven {
  readonly line: DraftLine
  readonly number: number
  readonly faults: LineFaults
  readonly account: LedgerAccount | undefined
  /** The list of accounts to choose from. */
  readonly list: string
  readonly onChange: (line: DraftLine) => void
  /** Somebody has ended typing the account. */
  readonly onNamed: () => void
}

const Line = ({ line, number, faults, account, list, onChange, onNamed }: LineGiven) => (
  <fieldset className="grid grid-cols-2 items-start gap-3 border-t border-line pt-3 first:border-0 first:pt-0 sm:grid-cols-[minmax(0,2fr)_minmax(0,1fr)_minmax(0,1fr)]">
    <legend className="sr-only">Line {number}</legend>
    <div className="col-span-2 sm:col-span-1">
      <Field
        label={`Account ${number}`}
        list={list}
        autoCapitalize="none"
        autoComplete="off"
        spellCheck={false}
        value={line.account}
        wrong={line.account === '' ? undefined : faults.account}
        hint={
          account === undefined
            ? 'Its id.'
            : `${account.name}, available ${amountText(account.pending.available_str, account)}`
        }
        onChange={({ target }) => onChange({ ...line, account: target.value.trim() })}
        onBlur={onNamed}
      />
    </div>
    <Choice
      label={`Side ${number}`}
      value={line.side}
      onChange={({ target }) => onChange({ ...line, side: target.value === 'debit' ? 'debit' : 'credit' })}
    >
      <option value="debit">Debit</option>
      <option value="credit">Credit</option>
    </Choice>
    <Field
      label={`Amount ${number}`}
      inputMode="decimal"
      autoComplete="off"
      value={line.amount}
      wrong={line.amount === '' ? undefined : faults.amount}
      hint={account?.currency.toUpperCase()}
      onChange={({ target }) => onChange({ ...line, amount: target.value })}
    />
  </fieldset>
)

/** Both sides so far: they have to come to the same before anything can be recorded. */
const Sums = ({ sums }: { sums: readonly DraftSum[] }) => (
  <div role="status" className="grid gap-1 border-t border-line pt-3">
    {sums.length === 0 && <p className="text-soft">Debits and credits have to come to the same.</p>}
    {sums.map((sum) => (
      <p key={sum.currency} className="flex flex-wrap items-center gap-x-3 gap-y-1 tabular-nums">
        <span>Debits {amountText(sum.debits, sum)}</span>
        <span>Credits {amountText(sum.credits, sum)}</span>
        {isBalanced(sum) ? (
          <Badge tone="good">Balanced</Badge>
        ) : (
          <Badge tone="warn">
            {amountText(sum.debits > sum.credits ? sum.debits - sum.credits : sum.credits - sum.debits, sum)} to go
          </Badge>
        )}
      </p>
    ))}
  </div>
)

/** The lines of a transaction that is being written. */
export const DraftLines = ({
  lines,
  faults,
  sums,
  accounts,
  accountOf,
  onChange,
  onNamed,
}: {
  lines: readonly DraftLine[]
  faults: readonly LineFaults[]
  sums: readonly DraftSum[]
  accounts: readonly LedgerAccount[]
  accountOf: (id: string) => LedgerAccount | undefined
  onChange: (lines: readonly DraftLine[]) => void
  onNamed: () => void
}) => {
  const list = useId()
  return (
    <div className="grid gap-3">
      <datalist id={list}>
        {accounts.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </datalist>
      {lines.map((line, at) => (
        <Line
          key={at}
          number={at + 1}
          faults={faults[at] ?? {}}
          account={accountOf(line.account)}
          onChange={(changed) => onChange(lines.with(at, changed))}
          {...{ line, list, onNamed }}
        />
      ))}
      <p>
        <Button onClick={() => onChange([...lines, emptyLine('credit')])}>Add a line</Button>
      </p>
      <Sums {...{ sums }} />
    </div>
  )
}
