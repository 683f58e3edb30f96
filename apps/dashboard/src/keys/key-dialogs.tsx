import type { ApiKey, Mode } from '@micro/contracts'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Choice, Field } from '../ui/field.tsx'
import { Problem } from '../ui/problem.tsx'
import { SecretDialog } from '../ui/secret.tsx'
import { maskedKey } from './key-state.ts'
import { createKey, keys, revokeKey, rollKey } from './keys.data.ts'

/** Asks before something is done with a key; what it answers is shown once, where that is a key. */
const KeyDialog = ({
  title,
  verb,
  look = 'primary',
  send,
  onClose,
  children,
}: {
  title: string
  verb: string
  look?: 'primary' | 'danger'
  send: () => Promise<{ readonly key: string | null }>
  onClose: () => void
  children: ReactNode
}) => {
  const queries = useQueryClient()
  const [secret, setSecret] = useState<string>()
  const { mutate, isPending, error } = useMutation({
    mutationFn: async () => (await send()).key,
    // Not kept among what was asked and answered: it is in this dialog alone.
    gcTime: 0,
    onSuccess: async (key) => {
      await queries.invalidateQueries({ queryKey: keys.queryKey })
      if (key === null) onClose()
      else setSecret(key)
    },
  })
  if (secret !== undefined)
    return (
      <SecretDialog what="key" {...{ secret, onClose }}>
        Keep it where you keep secrets. Micro has only a hash of it: lost, it has to be rolled.
      </SecretDialog>
    )
  return (
    <Dialog {...{ title, onClose }}>
      <form
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault()
          mutate()
        }}
      >
        {children}
        {error !== null && <Problem error={error} />}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Back</Button>
          <Button type="submit" look={look} busy={isPending}>
            {verb}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

const daySeconds = 86_400
const lives = { '': 'Until it is revoked', '7': '7 days', '30': '30 days', '90': '90 days', '365': 'A year' } as const

/** What restricted keys are usually for; every scope there is can be given at the command line. */
const grants = {
  everything: { text: 'Everything', scopes: undefined },
  read: { text: 'Reading payments, ledger and events', scopes: ['payments:read', 'ledger:read', 'events:read'] },
  payments: { text: 'Payments alone', scopes: ['payments:write'] },
  ledger: { text: 'The ledger alone', scopes: ['ledger:write'] },
  webhooks: { text: 'Webhooks alone', scopes: ['webhooks:write'] },
} as const

export const CreateKey = ({ mode, onClose }: { mode: Mode; onClose: () => void }) => {
  const [name, setName] = useState('')
  const [life, setLife] = useState<string>('')
  const [grant, setGrant] = useState<keyof typeof grants>('everything')
  const { scopes } = grants[grant]
  const body = {
    environment: mode,
    ...(name.trim() === '' ? {} : { name: name.trim() }),
    ...(life === '' ? {} : { expires_in: Number(life) * daySeconds }),
    ...(scopes === undefined ? {} : { scopes: [...scopes] }),
  }
  return (
    <KeyDialog title={`New ${mode} key`} verb="Create key" send={() => createKey(body)} onClose={onClose}>
      <Field
        label="Name"
        value={name}
        maxLength={100}
        placeholder="What uses it"
        onChange={({ target }) => setName(target.value)}
      />
      <Choice label="May do" value={grant} onChange={({ target }) => setGrant(target.value as keyof typeof grants)}>
        {Object.entries(grants).map(([value, { text }]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </Choice>
      <Choice label="Works" value={life} onChange={({ target }) => setLife(target.value)}>
        {Object.entries(lives).map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </Choice>
    </KeyDialog>
  )
}

const graces = { '0': 'At once', '3600': 'In an hour', '86400': 'In a day', '604800': 'In 7 days' } as const

export const RollKey = ({ apiKey, onClose }: { apiKey: ApiKey; onClose: () => void }) => {
  const [grace, setGrace] = useState<string>('3600')
  const send = () => rollKey(apiKey.id, { expires_in: Number(grace) })
  return (
    <KeyDialog title={`Roll ${maskedKey(apiKey)}?`} verb="Roll key" {...{ send, onClose }}>
      <p>A new key takes its place, with the same name, scopes and end.</p>
      <Choice label="The old one stops" value={grace} onChange={({ target }) => setGrace(target.value)}>
        {Object.entries(graces).map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </Choice>
    </KeyDialog>
  )
}

export const RevokeKey = ({ apiKey, onClose }: { apiKey: ApiKey; onClose: () => void }) => {
  const send = async () => {
    await revokeKey(apiKey.id)
    return { key: null }
  }
  return (
    <KeyDialog title={`Revoke ${maskedKey(apiKey)}?`} verb="Revoke key" look="danger" {...{ send, onClose }}>
      <p>Whatever uses it stops working within seconds. This cannot be taken back.</p>
    </KeyDialog>
  )
}
