import type { WebhookEndpoint } from '@micro/contracts'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useAct } from '../act/use-act.ts'
import { Choice } from '../ui/field.tsx'
import { SecretDialog } from '../ui/secret.tsx'
import { AskDialog } from '../act/ask-dialog.tsx'
import { EditEndpoint } from './endpoint-form.tsx'
import { ResendMany } from './resend-dialog.tsx'
import { deleteEndpoint, rotateSecret, updateEndpoint } from './webhooks.data.ts'

interface Asked {
  readonly endpoint: WebhookEndpoint
  readonly onClose: () => void
}

const graces = { '0': 'At once', '3600': 'In an hour', '86400': 'In a day', '604800': 'In 7 days' } as const

const RotateSecret = ({ endpoint: { id }, onClose }: Asked) => {
  const [grace, setGrace] = useState<string>('86400')
  const [secret, setSecret] = useState<string>()
  const body = { expires_in: Number(grace) }
  const doing = useAct(
    JSON.stringify(body),
    (act) => rotateSecret(act, id, body),
    (rotated) => setSecret(rotated.secret),
    'webhooks',
  )
  if (secret !== undefined)
    return (
      <SecretDialog what="new signing secret" {...{ secret, onClose }}>
        Give it to your server{grace === '0' ? ' now' : ' before the old one stops'}. It is shown now and never again.
      </SecretDialog>
    )
  return (
    <AskDialog title="Rotate the signing secret?" verb="Rotate secret" {...{ doing, onClose }}>
      <p>
        A new secret signs from now on. Until the old one stops, both do, so that your server can change in between.
      </p>
      <Choice label="The old one stops" value={grace} onChange={({ target }) => setGrace(target.value)}>
        {Object.entries(graces).map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </Choice>
    </AskDialog>
  )
}

const DisableEndpoint = ({ endpoint: { id, url }, onClose }: Asked) => {
  const doing = useAct('disable', (act) => updateEndpoint(act, id, { disabled: true }), onClose, 'webhooks')
  return (
    <AskDialog title="Disable this endpoint?" verb="Disable" {...{ doing, onClose }}>
      <p>
        <code className="font-mono text-sm break-all">{url}</code> is sent nothing until it is enabled again. What it
        missed until then can be sent afterwards.
      </p>
    </AskDialog>
  )
}

const EnableEndpoint = ({ endpoint: { id, url }, onClose }: Asked) => {
  const doing = useAct('enable', (act) => updateEndpoint(act, id, { disabled: false }), onClose, 'webhooks')
  return (
    <AskDialog title="Enable this endpoint?" verb="Enable" {...{ doing, onClose }}>
      <p>
        <code className="font-mono text-sm break-all">{url}</code> is sent what happens from now on. To send what it
        missed, press “Resend several” then, and choose what it never got.
      </p>
    </AskDialog>
  )
}

const DeleteEndpoint = ({ endpoint: { id, url }, onClose }: Asked) => {
  const navigate = useNavigate()
  const done = (): void => void navigate({ to: '/webhooks' })
  const doing = useAct('delete', ({ mode }) => deleteEndpoint(mode, id), done, 'webhooks')
  return (
    <AskDialog title="Delete this endpoint?" verb="Delete endpoint" look="danger" {...{ doing, onClose }}>
      <p>
        <code className="font-mono text-sm break-all">{url}</code> is sent nothing any more, not even what waits to be.
        This cannot be taken back; to stop it for a while, disable it.
      </p>
    </AskDialog>
  )
}

/** What can be asked to be done with an endpoint. */
export const endpointDialogs = {
  resend: ResendMany,
  edit: EditEndpoint,
  rotate: RotateSecret,
  disable: DisableEndpoint,
  enable: EnableEndpoint,
  delete: DeleteEndpoint,
} as const
