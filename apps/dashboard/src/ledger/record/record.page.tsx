import type { LedgerTransaction } from '@micro/contracts'
import { useQueries, useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useAct } from '../../act/use-act.ts'
import { newIdempotencyKey } from '../../api/call.ts'
import { useMode } from '../../mode/mode.ts'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { Field } from '../../ui/field.tsx'
import { Problem } from '../../ui/problem.tsx'
import { Once } from '../once.tsx'
import { BackTo } from '../parts.tsx'
import { emptyLine, isReserved, judge, type DraftLine } from './draft.ts'
import { DraftLines } from './lines.tsx'
import { accountNamed, ownAccounts, record } from './record.data.ts'
import { TriedResult } from './result.tsx'

/** Accounts that were named, as far as they have been looked up. */
const useAccounts = (named: readonly string[]) => {
  const mode = useMode()
  const choice = useQuery(ownAccounts(mode))
  const listed = choice.data ?? []
  const found = useQueries({ queries: named.map((id) => accountNamed(mode, id)) })
  const lookedUp = new Map(named.map((id, at) => [id, found[at]?.data]))
  const accountOf = (id: string) => lookedUp.get(id) ?? listed.find((each) => each.id === id)
  return {
    listed,
    hasNone: choice.data?.length === 0,
    accountOf,
    lookUp: (id: string) => accountOf(id) ?? (lookedUp.get(id) === null ? 'unknown' : undefined),
  }
}

/** The lines that are typed, and which of their accounts were named to the end. */
const useDraft = () => {
  const [lines, setLines] = useState<readonly DraftLine[]>([emptyLine('debit'), emptyLine('credit')])
  const [named, setNamed] = useState<readonly string[]>([])
  const ids = lines.map(({ account }) => account).filter((id) => id !== '' && !isReserved(id))
  const accounts = useAccounts(named)
  return { lines, setLines, onNamed: () => setNamed([...new Set(ids)]), accounts, ...judge(lines, accounts.lookUp) }
}

/** /dashboard/ledger/transactions/new */
export const RecordPage = () => {
  const mode = useMode()
  const navigate = useNavigate()
  const { lines, setLines, onNamed, accounts, faults, sums, entries } = useDraft()
  const [reference, setReference] = useState(newIdempotencyKey)
  const [description, setDescription] = useState('')
  const body = {
    reference_id: reference,
    ...(description === '' ? {} : { description }),
    entries: [...(entries ?? [])],
  }
  const content = JSON.stringify(body)
  const [tried, setTried] = useState<{ content: string; transaction: LedgerTransaction }>()
  // What was tried before it was changed says nothing.
  const result = tried?.content === content ? tried.transaction : undefined
  const trying = useAct(
    content,
    () => record(mode, { ...body, dry_run: true }),
    (transaction) => setTried({ content, transaction }),
    'ledger',
  )
  const recording = useAct(
    content,
    () => record(mode, body),
    ({ id }) => void navigate({ to: '/ledger/transactions/$id', params: { id } }),
    'ledger',
  )
  const { act, busy, error } = result === undefined ? trying : recording
  const isReady = entries !== undefined && reference !== ''
  return (
    <div className="grid grid-cols-1 gap-4">
      <title>{`New ledger transaction · ${mode} · Micro`}</title>
      <BackTo to="/ledger/transactions">Ledger transactions</BackTo>
      <h1 className="text-2xl font-semibold">New ledger transaction</h1>
      <form
        className="grid grid-cols-1 items-start gap-4 xl:grid-cols-2"
        onSubmit={(event) => {
          event.preventDefault()
          onNamed()
          if (isReady) act()
        }}
      >
        <Card>
          <div className="grid gap-4">
            <Field
              label="Description"
              value={description}
              maxLength={1000}
              hint="What it is for; may be left out."
              onChange={({ target }) => setDescription(target.value)}
            />
            <Field
              label="Reference"
              value={reference}
              maxLength={255}
              hint="Its own name in your books: the same is recorded once."
              wrong={
                reference.startsWith('micro:')
                  ? 'What begins with micro: is Micro’s own.'
                  : reference === ''
                    ? 'A reference.'
                    : undefined
              }
              onChange={({ target }) => setReference(target.value.trim())}
            />
            <DraftLines
              accounts={accounts.listed}
              accountOf={accounts.accountOf}
              onChange={setLines}
              {...{ lines, faults, sums, onNamed }}
            />
          </div>
        </Card>
        <div className="grid grid-cols-1 gap-4">
          {result === undefined ? (
            <Card title="Try it first">
              <p className="text-soft">
                Once both sides come to the same, it is tried: you see what it would do, and nothing is recorded yet.
                What is recorded stays; it can be reversed.
              </p>
              {accounts.hasNone && (
                <p className="pt-2">
                  You have no accounts of your own yet: they are made by{' '}
                  <code className="font-mono text-sm">micro ledger accounts create</code>.
                </p>
              )}
            </Card>
          ) : (
            <TriedResult
              tried={result}
              scaleOf={(currency) => sums.find((sum) => sum.currency === currency)?.scale ?? 0}
            />
          )}
          {error !== null && <Problem error={error} />}
          {result !== undefined && <Once {...{ mode }} />}
          <p className="flex flex-wrap gap-2">
            <Button type="submit" look="primary" {...{ busy }} disabled={!isReady || reference.startsWith('micro:')}>
              {result === undefined ? 'Try it' : 'Record it'}
            </Button>
          </p>
        </div>
      </form>
    </div>
  )
}
