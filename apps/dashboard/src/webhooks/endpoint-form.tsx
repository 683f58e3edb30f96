import type { WebhookDeliverySettings, WebhookEndpoint } from '@micro/contracts'
import { useState } from 'react'
import { useAct } from '../act/use-act.ts'
import { Choice, Field } from '../ui/field.tsx'
import { SecretDialog } from '../ui/secret.tsx'
import { AskDialog } from '../act/ask-dialog.tsx'
import { EventChoice } from './event-choice.tsx'
import { createEndpoint, updateEndpoint } from './webhooks.data.ts'

const signatures: Readonly<Record<WebhookDeliverySettings['signature'], string>> = {
  stripe: 'Stripe-Signature',
  standard_webhooks: 'Standard Webhooks',
  both: 'Both',
}
const orders: Readonly<Record<WebhookDeliverySettings['order'], string>> = {
  best_effort: 'As it comes, several at a time',
  strict: 'Strictly one after the other',
}

/** How a setting of an endpoint is called. */
export const signatureText = ({ signature }: WebhookDeliverySettings): string => signatures[signature]
export const orderText = ({ order }: WebhookDeliverySettings): string => orders[order]

type Settings = Pick<WebhookEndpoint, 'url' | 'enabled_events'> & {
  description: string
  delivery: Pick<WebhookDeliverySettings, 'signature' | 'order'>
}
const fresh: Settings = {
  url: '',
  enabled_events: ['*'],
  description: '',
  delivery: { signature: 'stripe', order: 'best_effort' },
}

const optionsOf = (texts: Readonly<Record<string, string>>) =>
  Object.entries(texts).map(([value, text]) => (
    <option key={value} value={value}>
      {text}
    </option>
  ))

const Fields = ({ settings, onChange }: { settings: Settings; onChange: (settings: Settings) => void }) => {
  const { url, enabled_events, description, delivery } = settings
  const change = (changed: Partial<Settings>): void => onChange({ ...settings, ...changed })
  const deliver = (changed: Partial<Settings['delivery']>): void => change({ delivery: { ...delivery, ...changed } })
  return (
    <>
      <Field
        label="URL"
        name="url"
        type="url"
        required
        autoFocus
        maxLength={2048}
        value={url}
        placeholder="https://example.com/webhook"
        hint="It is sent what happens, and answers with a status of 200 to 299."
        onChange={({ target }) => change({ url: target.value })}
      />
      <Field
        label="Description"
        value={description}
        maxLength={5000}
        placeholder="What it is for"
        onChange={({ target }) => change({ description: target.value })}
      />
      <EventChoice chosen={enabled_events} onChoose={(chosen) => change({ enabled_events: [...chosen] })} />
      <div className="grid gap-4 sm:grid-cols-2">
        <Choice
          label="Signed with"
          value={delivery.signature}
          onChange={({ target }) => deliver({ signature: target.value as keyof typeof signatures })}
        >
          {optionsOf(signatures)}
        </Choice>
        <Choice
          label="Order"
          value={delivery.order}
          onChange={({ target }) => deliver({ order: target.value as keyof typeof orders })}
        >
          {optionsOf(orders)}
        </Choice>
      </div>
    </>
  )
}

const isReady = ({ url, enabled_events }: Settings): boolean => url.trim() !== '' && enabled_events.length > 0

/** Makes an endpoint, then shows its secret. */
export const CreateEndpoint = ({ onClose }: { onClose: () => void }) => {
  const [settings, setSettings] = useState(fresh)
  const [secret, setSecret] = useState<string>()
  const body = { ...settings, url: settings.url.trim() }
  const doing = useAct(
    JSON.stringify(body),
    (act) => createEndpoint(act, body),
    (made) => setSecret(made.secret),
    'webhooks',
  )
  if (secret !== undefined)
    return (
      <SecretDialog what="signing secret" {...{ secret, onClose }}>
        With it your server finds out whether Micro sent what it gets. It is shown now and never again: lost, it has to
        be rotated.
      </SecretDialog>
    )
  return (
    <AskDialog
      title={`New ${doing.mode} endpoint`}
      verb="Create endpoint"
      ready={isReady(settings)}
      wide
      {...{ doing, onClose }}
    >
      <Fields {...{ settings }} onChange={setSettings} />
    </AskDialog>
  )
}

export const EditEndpoint = ({ endpoint, onClose }: { endpoint: WebhookEndpoint; onClose: () => void }) => {
  const { id, url, enabled_events, description, delivery } = endpoint
  const [settings, setSettings] = useState<Settings>({
    url,
    enabled_events,
    description: description ?? '',
    delivery: { signature: delivery.signature, order: delivery.order },
  })
  const body = { ...settings, url: settings.url.trim() }
  const doing = useAct(JSON.stringify(body), (act) => updateEndpoint(act, id, body), onClose, 'webhooks')
  return (
    <AskDialog title="Change this endpoint" verb="Save" ready={isReady(settings)} wide {...{ doing, onClose }}>
      <Fields {...{ settings }} onChange={setSettings} />
    </AskDialog>
  )
}
