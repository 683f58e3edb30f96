import type { LedgerVerification, LedgerVerificationProgress } from '@micro/contracts'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState, type ReactNode } from 'react'
import { useMode } from '../mode/mode.ts'
import { Answered } from '../ui/answered.tsx'
import { Badge } from '../ui/badge.tsx'
import { Button } from '../ui/button.tsx'
import { Card, Facts } from '../ui/card.tsx'
import { CopyButton } from '../ui/copy.tsx'
import { Field } from '../ui/field.tsx'
import { Problem } from '../ui/problem.tsx'
import { Time } from '../ui/time.tsx'
import { AccountLink, LedgerHeading, TransactionLink } from './parts.tsx'
import { partDone, progressText, verdictOf } from './verdict.ts'
import { chainHead, signHead, verify } from './verify.data.ts'

const washes = { good: 'bg-good-wash', bad: 'bg-bad-wash', calm: 'bg-sunken' } as const

const Hash = ({ children }: { children: string }) => <code className="font-mono text-sm break-all">{children}</code>

const Found = ({ found }: { found: LedgerVerification }) => {
  const { tone, title, text } = verdictOf(found)
  return (
    <div role="status" className={`grid gap-2 rounded-lg p-3 ${washes[tone]}`}>
      <p className="font-semibold">{title}</p>
      <p>{text}</p>
      {found.hash !== null && (
        <p className="text-sm">
          Verified up to the hash <Hash>{found.hash}</Hash>
        </p>
      )}
      {found.problems.length > 0 && (
        <ul className="grid gap-2">
          {found.problems.map(({ code, message, seq, account_id, found: times }) => (
            <li key={`${code} ${seq} ${account_id}`}>
              <Badge tone="bad">{code.replaceAll('_', ' ')}</Badge> {message}
              {account_id !== null && (
                <>
                  {' '}
                  (<AccountLink id={account_id} />)
                </>
              )}
              {times > 1 && <span className="text-sm">, {times.toLocaleString()} times</span>}
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}

/** A verification that is given up when its page is left. */
const useVerification = (checkpoint: string) => {
  const mode = useMode()
  const [progress, setProgress] = useState<LedgerVerificationProgress>()
  const leaving = useRef<AbortController>(undefined)
  useEffect(() => () => leaving.current?.abort(), [])
  const mutation = useMutation({
    mutationFn: () => {
      setProgress(undefined)
      leaving.current = new AbortController()
      return verify({ mode, checkpoint, signal: leaving.current.signal }, setProgress)
    },
  })
  return { ...mutation, progress }
}

const Verification = () => {
  const [checkpoint, setCheckpoint] = useState('')
  const { mutate, isPending, data, error, progress } = useVerification(checkpoint.trim())
  return (
    <form
      className="grid gap-3"
      onSubmit={(event) => {
        event.preventDefault()
        mutate()
      }}
    >
      <p>
        Every transaction is derived anew: that its debits and credits are equal, that its hash follows from the one
        before, that balances are what the entries add up to.
      </p>
      <Field
        label="Checkpoint you kept (optional)"
        hint="With its token it is proved that the history up to it is the same as then."
        value={checkpoint}
        onChange={({ target }) => setCheckpoint(target.value)}
      />
      <p>
        <Button type="submit" look="primary" busy={isPending}>
          Verify the ledger
        </Button>
      </p>
      {isPending && (
        <p className="grid gap-1" aria-live="polite">
          <progress
            aria-label="Verified"
            className="w-full accent-accent-fill"
            value={progress === undefined ? undefined : partDone(progress)}
          />
          <span className="text-sm text-soft">{progress === undefined ? 'Beginning' : progressText(progress)}</span>
        </p>
      )}
      {!isPending && error !== null && <Problem error={error} onAgain={() => mutate()} />}
      {!isPending && data !== undefined && <Found found={data} />}
    </form>
  )
}

const Head = () => {
  const mode = useMode()
  const queries = useQueryClient()
  const head = useQuery(chainHead(mode))
  const signing = useMutation({
    mutationFn: () => signHead(mode),
    onSuccess: () => queries.invalidateQueries({ queryKey: chainHead(mode).queryKey }),
  })
  return (
    <Card title="Head of the chain">
      <Answered asked={head} rows={5} label="the head of the chain">
        {({ transaction, checkpoint }) =>
          transaction === undefined ? (
            <p className="text-soft">There is no transaction yet, so there is no chain.</p>
          ) : (
            <div className="grid grid-cols-1 gap-4">
              <Facts
                facts={[
                  [
                    'Newest transaction',
                    <TransactionLink key="newest" id={transaction.id}>
                      no. {transaction.seq.toLocaleString()}
                    </TransactionLink>,
                  ],
                  ['Recorded', <Time key="recorded" at={transaction.created} />],
                  ['Its hash', <Hash key="hash">{transaction.hash}</Hash>],
                  ...(checkpoint === undefined
                    ? [['Signed', 'nothing so far'] as const]
                    : ([
                        ['Signed', `up to no. ${checkpoint.seq.toLocaleString()}`],
                        ['Signed at', <Time key="signed" at={checkpoint.created} />],
                        [
                          'Checkpoint',
                          <CopyButton key="token" text={checkpoint.token} what="the token of the checkpoint" />,
                        ],
                      ] as const satisfies readonly (readonly [string, ReactNode])[])),
                ]}
              />
              <p className="text-sm text-soft">
                The hash covers everything before it. A checkpoint is that hash, signed: copied to where nobody who can
                write to the database can write, it tells later whether anything was changed.
              </p>
              {signing.error !== null && <Problem error={signing.error} />}
              <p>
                <Button
                  busy={signing.isPending}
                  disabled={checkpoint?.seq === transaction.seq}
                  onClick={() => signing.mutate()}
                >
                  Sign up to no. {transaction.seq.toLocaleString()}
                </Button>
              </p>
            </div>
          )
        }
      </Answered>
    </Card>
  )
}

/** /dashboard/ledger/verify */
export const VerifyPage = () => {
  const mode = useMode()
  return (
    <div className="grid grid-cols-1 gap-4">
      <title>{`Verify the ledger · ${mode} · Micro`}</title>
      <LedgerHeading />
      <div className="grid grid-cols-1 items-start gap-4 xl:grid-cols-2">
        <Card title="Verify">
          {/* What was found in one mode says nothing of the other. */}
          <Verification key={mode} />
        </Card>
        <Head />
      </div>
    </div>
  )
}
