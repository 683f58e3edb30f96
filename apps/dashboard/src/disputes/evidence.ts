import type { Dispute, EvidenceText } from '@micro/contracts'

export interface EvidenceField {
  readonly name: EvidenceText
  readonly label: string
  /** It takes several lines. */
  readonly long?: true
}

/** What can be sent, what helps most first. */
export const evidenceFields: readonly { readonly title: string; readonly fields: readonly EvidenceField[] }[] = [
  {
    title: 'What was sold',
    fields: [
      { name: 'product_description', label: 'What it was', long: true },
      { name: 'service_date', label: 'When it was provided' },
      { name: 'uncategorized_text', label: 'Anything else that speaks for you', long: true },
    ],
  },
  {
    title: 'To whom',
    fields: [
      { name: 'customer_name', label: 'Name' },
      { name: 'customer_email_address', label: 'Email' },
      { name: 'customer_purchase_ip', label: 'IP address they bought from' },
      { name: 'billing_address', label: 'Billing address', long: true },
      { name: 'access_activity_log', label: 'What they did with it (log of downloads or use)', long: true },
    ],
  },
  {
    title: 'How it was shipped',
    fields: [
      { name: 'shipping_address', label: 'Shipping address', long: true },
      { name: 'shipping_carrier', label: 'Carrier' },
      { name: 'shipping_date', label: 'Date' },
      { name: 'shipping_tracking_number', label: 'Tracking number' },
    ],
  },
  {
    title: 'Refunds, cancellation, paid twice',
    fields: [
      { name: 'refund_policy_disclosure', label: 'Where they saw the refund policy', long: true },
      { name: 'refund_refusal_explanation', label: 'Why no refund is due', long: true },
      { name: 'cancellation_policy_disclosure', label: 'Where they saw the cancellation policy', long: true },
      { name: 'cancellation_rebuttal', label: 'Why it counts as not canceled', long: true },
      { name: 'duplicate_charge_id', label: 'Charge it is said to double' },
      { name: 'duplicate_charge_explanation', label: 'Why they are two purchases', long: true },
    ],
  },
]

export type Draft = Readonly<Partial<Record<EvidenceText, string>>>

const names = evidenceFields.flatMap(({ fields }) => fields.map(({ name }) => name))

/** The evidence there is, as texts to be edited. */
export const draftOf = ({ evidence }: Pick<Dispute, 'evidence'>): Draft =>
  Object.fromEntries(names.map((name) => [name, evidence[name] ?? '']))

/** What an edited draft changes: only that is sent, and an emptied text takes away. */
export const changesTo = (dispute: Pick<Dispute, 'evidence'>, draft: Draft): Draft => {
  const before = draftOf(dispute)
  return Object.fromEntries(Object.entries(draft).filter(([name, text]) => text !== before[name as EvidenceText]))
}

/** Whether there is anything to hand in. */
export const hasEvidence = (draft: Draft): boolean => Object.values(draft).some((text) => text.trim() !== '')
