import type { ReactNode } from 'react'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Problem } from '../ui/problem.tsx'
import type { useAct } from './use-act.ts'

/** Asks once more before something is done with money, and says under which key it will be done. */
export const ActDialog = ({
  title,
  verb,
  look = 'primary',
  ready = true,
  doing,
  onClose,
  children,
}: {
  title: string
  verb: string
  look?: 'primary' | 'danger'
  /** What was entered makes sense. */
  ready?: boolean
  doing: ReturnType<typeof useAct>
  onClose: () => void
  children: ReactNode
}) => (
  <Dialog {...{ title, onClose }}>
    <form
      className="grid gap-4"
      onSubmit={(event) => {
        event.preventDefault()
        doing.act()
      }}
    >
      {children}
      {doing.mode === 'live' && <p className="font-semibold text-bad">This is live: real money moves.</p>}
      {doing.error !== null && <Problem error={doing.error} />}
      <p className="text-sm text-soft">
        Pressed twice it happens once: idempotency key{' '}
        <code className="font-mono break-all">{doing.idempotencyKey}</code>
      </p>
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>Back</Button>
        <Button type="submit" look={look} busy={doing.busy} disabled={!ready}>
          {verb}
        </Button>
      </div>
    </form>
  </Dialog>
)
