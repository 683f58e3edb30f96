import type { ManagedUser } from '@micro/contracts'
import { useState } from 'react'
import { AskDialog } from '../act/ask-dialog.tsx'
import { useChange } from '../act/use-change.ts'
import { Field } from '../ui/field.tsx'
import { SecretDialog } from '../ui/secret.tsx'
import { Time } from '../ui/time.tsx'
import { changeUser, invite, setRegistration } from './operator.data.ts'
import { userActs, type UserAct } from './user-acts.ts'

const changes = ['operator'] as const

/** Asks once more before a user is changed. */
export const ChangeUser = ({ act, user, onClose }: { act: UserAct; user: ManagedUser; onClose: () => void }) => {
  const { title, verb, look, means, body } = userActs[act]
  const doing = useChange(() => changeUser(user.id, body), { changes, onDone: onClose })
  return (
    <AskDialog title={`${title} ${user.email}?`} {...{ verb, look, doing, onClose }}>
      <p>{means}</p>
    </AskDialog>
  )
}

export const ChangeRegistration = ({ open, onClose }: { open: boolean; onClose: () => void }) => {
  const doing = useChange(() => setRegistration(open), { changes, onDone: onClose })
  return (
    <AskDialog
      title={open ? 'Open registration?' : 'Close registration?'}
      verb={open ? 'Open it' : 'Close it'}
      {...{ doing, onClose }}
    >
      <p>
        {open
          ? 'Anyone who reaches this address can make an account, with a merchant of its own.'
          : 'From then on only those can register whom an operator invites.'}{' '}
        From then on this decides, and no longer the configuration.
      </p>
    </AskDialog>
  )
}

/** Lets one email register; what it takes is shown once. */
export const Invite = ({ onClose }: { onClose: () => void }) => {
  const [email, setEmail] = useState('')
  const [made, setMade] = useState<Awaited<ReturnType<typeof invite>>>()
  const doing = useChange(() => invite(email.trim()), { changes, onDone: setMade })
  if (made !== undefined)
    return (
      <SecretDialog what="invitation" secret={made.token} {...{ onClose }}>
        Send it to {made.email}, who is asked for it when they register here. It works once, for this email alone, until{' '}
        <Time at={made.expires} />.
      </SecretDialog>
    )
  return (
    <AskDialog title="Invite somebody" verb="Make an invitation" {...{ doing, onClose }}>
      <Field
        label="Email"
        name="email"
        type="email"
        required
        autoFocus
        value={email}
        hint="Who may register while registration is closed. A new invitation replaces an earlier one."
        onChange={({ target }) => setEmail(target.value)}
      />
    </AskDialog>
  )
}
