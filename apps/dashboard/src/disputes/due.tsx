import type { Dispute } from '@micro/contracts'
import { Badge } from '../ui/badge.tsx'
import { dueText } from './dispute-state.ts'
import { useMerchantNow } from './merchant-now.ts'

/** How long there is to answer; nothing where there is nothing to answer any more. */
export const Due = ({ dispute }: { dispute: Dispute }) => {
  const now = useMerchantNow()
  const due = now === undefined ? undefined : dueText(dispute, now)
  return due && <Badge tone={due.tone}>{due.text}</Badge>
}
