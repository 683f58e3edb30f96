import type { Mode } from '@micro/contracts'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { AskDialog } from '../act/ask-dialog.tsx'
import { useAct } from '../act/use-act.ts'
import { newIdempotencyKey } from '../api/call.ts'
import { useMode } from '../mode/mode.ts'
import { Button } from '../ui/button.tsx'
import { Code } from '../ui/code.tsx'
import { Problem } from '../ui/problem.tsx'
import { addressOf, standInPattern, type Composed, type Composition } from './compose.ts'
import type { Operation } from './operation.ts'
import { sendIt, type Answer } from './try-it.data.ts'

interface Trying {
  readonly operation: Operation
  readonly composition: Composition
  readonly onAnswer: (answer: Answer) => void
}

/** What a session alone may is about people and keys, which are of no mode. */
const isOfBothModes = ({ credential }: Operation): boolean => credential === 'session'

/** Where it is done, as in "Try it in test mode". */
const where = (operation: Operation, mode: Mode): string => (isOfBothModes(operation) ? '' : ` in ${mode} mode`)

/** What has to be known before something is changed; nothing in test mode. */
const Warning = ({ operation, mode }: { operation: Operation; mode: Mode }) => {
  if (operation.method === 'GET' || (mode === 'test' && !isOfBothModes(operation))) return null
  return (
    <p className="rounded-md border border-bad bg-bad-wash px-3 py-2">
      {isOfBothModes(operation) ? (
        <>
          <strong>This is about your account itself,</strong> in test mode and in live mode.
        </>
      ) : (
        <>
          <strong>This is live mode.</strong> What you send is done for real, with real money and real customers.
        </>
      )}
    </p>
  )
}

/** What is sent, for people to see: no secret is in it. */
const sentText = (method: string, shown: Composed): string =>
  [`${method} ${addressOf(shown)}`, ...(shown.body ? [JSON.stringify(shown.body, null, 2)] : [])]
    .join('\n')
    .replaceAll(new RegExp(standInPattern, 'g'), '••••••')

/** Asks before anything is changed; pressed twice it is sent as one. */
const AskSend = ({
  operation,
  composition: { composed, shown },
  onAnswer,
  onClose,
}: Trying & { onClose: () => void }) => {
  const { method } = operation
  const address = addressOf(composed)
  const content = JSON.stringify([method, address, composed])
  const doing = useAct(content, (act) => sendIt(operation, composed, act), onAnswer)
  const { mode } = doing
  return (
    <AskDialog
      title={`Send this${where(operation, mode)}?`}
      verb={`Send ${method}`}
      look={mode === 'live' || method === 'DELETE' ? 'danger' : 'primary'}
      doing={doing}
      onClose={onClose}
      wide
    >
      <Warning {...{ operation, mode }} />
      <p>It may change something, as whoever is signed in.</p>
      <Code text={sentText(method, shown)} what="What is sent" />
    </AskDialog>
  )
}

/** Sends what was typed: at once what only reads, after a question what may change something. */
export const TryIt = ({ operation, composition, onAnswer, onIncomplete }: Trying & { onIncomplete: () => void }) => {
  const mode = useMode()
  const queries = useQueryClient()
  const [asking, setAsking] = useState(false)
  const isRead = operation.method === 'GET'
  const reading = useMutation({
    mutationFn: () => sendIt(operation, composition.composed, { mode, idempotencyKey: newIdempotencyKey() }),
    gcTime: 0,
    onSuccess: onAnswer,
  })
  if (!operation.tryable)
    return <p className="text-soft">This is not for the dashboard’s session: call it from a terminal.</p>
  const send = (): void => {
    if (Object.keys(composition.wrong).length > 0) onIncomplete()
    else if (isRead) reading.mutate()
    else setAsking(true)
  }
  const take = (answer: Answer): void => {
    setAsking(false)
    onAnswer(answer)
    // Whatever is shown elsewhere may have changed.
    void queries.invalidateQueries()
  }
  return (
    <div className="grid gap-3">
      <Warning {...{ operation, mode }} />
      <p className="flex flex-wrap items-center gap-3">
        <Button look={mode === 'live' && !isRead ? 'danger' : 'primary'} onClick={send} busy={reading.isPending}>
          Try it{where(operation, mode)}
        </Button>
        <span className="text-sm text-soft">
          {isRead ? 'It only reads, with your session.' : 'You are asked once more before it is sent.'}
        </span>
      </p>
      {reading.isError && <Problem error={reading.error} onAgain={send} />}
      {asking && <AskSend {...{ operation, composition }} onAnswer={take} onClose={() => setAsking(false)} />}
    </div>
  )
}
