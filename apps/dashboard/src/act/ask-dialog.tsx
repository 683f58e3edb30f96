import type { ReactNode } from 'react'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Problem } from '../ui/problem.tsx'
import type { useAct } from './use-act.ts'

/** Asks for what an act needs, or once more whether it is meant. */
export const AskDialog = ({
  title,
  verb,
  look = 'primary',
  ready = true,
  wide = false,
  doing: { act, busy, error },
  onClose,
  children,
}: {
  title: string
  verb: string
  look?: 'primary' | 'danger'
  /** What was entered makes sense. */
  ready?: boolean
  wide?: boolean
  doing: Pick<ReturnType<typeof useAct>, 'act' | 'busy' | 'error'>
  onClose: () => void
  children: ReactNode
}) => (
  <Dialog {...{ title, wide, onClose }}>
    <form
      className="grid gap-4"
      onSubmit={(event) => {
        event.preventDefault()
        act()
      }}
    >
      {children}
      {error !== null && <Problem error={error} />}
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>Back</Button>
        <Button type="submit" look={look} busy={busy} disabled={!ready}>
          {verb}
        </Button>
      </div>
    </form>
  </Dialog>
)
