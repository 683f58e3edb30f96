import type { ComponentProps } from 'react'
import { AskDialog } from '../act/ask-dialog.tsx'
import type { useAct } from '../act/use-act.ts'

/** Asks once more before something is done with money, and says under which key it will be done. */
export const ActDialog = ({
  doing,
  children,
  ...rest
}: Omit<ComponentProps<typeof AskDialog>, 'doing' | 'wide'> & { doing: ReturnType<typeof useAct> }) => (
  <AskDialog {...rest} {...{ doing }}>
    {children}
    {doing.mode === 'live' && <p className="font-semibold text-bad">This is live: real money moves.</p>}
    <p className="text-sm text-soft">
      Pressed twice it happens once: idempotency key <code className="font-mono break-all">{doing.idempotencyKey}</code>
    </p>
  </AskDialog>
)
