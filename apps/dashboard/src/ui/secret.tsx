import type { ReactNode } from 'react'
import { Button } from './button.tsx'
import { CopyButton } from './copy.tsx'
import { Dialog } from './dialog.tsx'

/** The only time that a secret is seen: nothing keeps it but this dialog. */
export const SecretDialog = ({
  what,
  secret,
  onClose,
  children,
}: {
  /** As in "Here is your key". */
  what: string
  secret: string
  onClose: () => void
  /** Where it belongs, and what to do when it is lost. */
  children: ReactNode
}) => (
  <Dialog title={`Here is your ${what}, this once`} onClose={onClose} wide>
    <p>{children}</p>
    <p className="flex items-center gap-2 rounded-md bg-sunken px-3 py-2">
      <code className="min-w-0 grow font-mono text-sm break-all">{secret}</code>
      <CopyButton text={secret} what={`the ${what}`} />
    </p>
    <div className="flex justify-end">
      <Button look="primary" onClick={onClose}>
        I have kept it
      </Button>
    </div>
  </Dialog>
)
