import type { Dispute } from '@micro/contracts'
import { useState } from 'react'
import { AskDialog } from '../act/ask-dialog.tsx'
import { useAct } from '../act/use-act.ts'
import { ActDialog } from '../payments/act-dialog.tsx'
import { Button } from '../ui/button.tsx'
import { Card } from '../ui/card.tsx'
import { Field, TextArea } from '../ui/field.tsx'
import { moneyText } from '../ui/money.ts'
import { Problem } from '../ui/problem.tsx'
import { acceptDispute, updateDispute } from './disputes.data.ts'
import { changesTo, draftOf, evidenceFields, hasEvidence, type Draft } from './evidence.ts'

interface Asked {
  readonly dispute: Dispute
  readonly draft: Draft
  readonly onClose: () => void
}

const Submit = ({ dispute, draft, onClose }: Asked) => {
  const body = { evidence: changesTo(dispute, draft), submit: true }
  const doing = useAct(JSON.stringify(body), (act) => updateDispute(act, dispute.id, body), onClose)
  return (
    <AskDialog title="Hand in this evidence?" verb="Hand it in" {...{ doing, onClose }}>
      <p>It goes to the card’s bank as it stands here. Once handed in it can be changed no more.</p>
    </AskDialog>
  )
}

const Accept = ({ dispute: { id, status, amount, currency }, onClose }: Asked) => {
  const doing = useAct('accept', (act) => acceptDispute(act, id), onClose)
  return (
    <ActDialog title="Accept this dispute?" verb="Accept it" look="danger" {...{ doing, onClose }}>
      <p>
        {status === 'needs_response'
          ? `It is lost then, and the ${moneyText(amount, currency)} stay with the holder of the card. This is final.`
          : 'The bank’s question is closed without an answer. This is final.'}
      </p>
    </ActDialog>
  )
}

const dialogs = { submit: Submit, accept: Accept } as const

const Fields = ({ draft, onChange }: { draft: Draft; onChange: (draft: Draft) => void }) => (
  <>
    {evidenceFields.map(({ title, fields }, at) => {
      const filled = fields.filter(({ name }) => draft[name] !== '').length
      return (
        <details key={title} open={at === 0} className="rounded-lg border border-line">
          <summary className="px-3 py-2 font-medium">
            {title} {filled > 0 && <span className="text-sm text-soft">({filled} written)</span>}
          </summary>
          <div className="grid gap-3 px-3 pb-3">
            {fields.map(({ name, label, long }) => {
              const value = { name, label, value: draft[name] ?? '', maxLength: 20_000 }
              return long === true ? (
                <TextArea
                  key={name}
                  {...value}
                  onChange={({ target }) => onChange({ ...draft, [name]: target.value })}
                />
              ) : (
                <Field key={name} {...value} onChange={({ target }) => onChange({ ...draft, [name]: target.value })} />
              )
            })}
          </div>
        </details>
      )
    })}
  </>
)

/** What speaks against a dispute: written, kept, handed in; or the dispute is accepted. */
export const EvidenceForm = ({ dispute }: { dispute: Dispute }) => {
  const [draft, setDraft] = useState(() => draftOf(dispute))
  const [asked, setAsked] = useState<keyof typeof dialogs>()
  const changes = changesTo(dispute, draft)
  const isChanged = Object.keys(changes).length > 0
  const saving = useAct(
    JSON.stringify(changes),
    // Left out, it would be handed in at once.
    (act) => updateDispute(act, dispute.id, { evidence: changes, submit: false }),
    () => {},
  )
  const Asking = asked && dialogs[asked]
  return (
    <Card title="Your evidence">
      <form
        className="grid gap-3"
        onSubmit={(event) => {
          event.preventDefault()
          saving.act()
        }}
      >
        {dispute.livemode ? (
          <p className="text-soft">Write what speaks for you. Kept, it waits here until you hand it in.</p>
        ) : (
          <p className="text-soft">
            In test mode the evidence decides: <code className="font-mono text-sm">winning_evidence</code> in any field
            wins, <code className="font-mono text-sm">losing_evidence</code> loses.
          </p>
        )}
        <Fields {...{ draft }} onChange={setDraft} />
        {saving.error !== null && <Problem error={saving.error} onAgain={saving.act} />}
        <div className="flex flex-wrap items-center gap-2">
          <Button look="primary" disabled={!hasEvidence(draft)} onClick={() => setAsked('submit')}>
            Hand in
          </Button>
          <Button type="submit" busy={saving.busy} disabled={!isChanged}>
            Keep as draft
          </Button>
          <Button onClick={() => setAsked('accept')}>Accept the dispute</Button>
          <span role="status" className="text-sm text-soft">
            {isChanged ? 'Not kept yet.' : dispute.evidence_details.has_evidence ? 'Kept.' : ''}
          </span>
        </div>
      </form>
      {Asking && <Asking {...{ dispute, draft }} onClose={() => setAsked(undefined)} />}
    </Card>
  )
}

/** What was handed in. */
export const EvidenceSent = ({ dispute }: { dispute: Dispute }) => {
  const draft = draftOf(dispute)
  const written = evidenceFields.flatMap(({ fields }) => fields).filter(({ name }) => draft[name] !== '')
  return (
    <Card title="Your evidence">
      {written.length === 0 ? (
        <p className="text-soft">None was handed in.</p>
      ) : (
        <dl className="grid gap-3">
          {written.map(({ name, label }) => (
            <div key={name}>
              <dt className="text-sm text-soft">{label}</dt>
              <dd className="break-words whitespace-pre-wrap">{draft[name]}</dd>
            </div>
          ))}
        </dl>
      )}
    </Card>
  )
}
