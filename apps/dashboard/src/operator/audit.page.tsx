import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useSearch } from '@tanstack/react-router'
import { AuditCard } from '../audit/audit-card.tsx'
import { newestOf } from '../audit/audit-filters.ts'
import { AuditForm } from '../audit/audit-form.tsx'
import { auditActions } from '../audit/audit-words.ts'
import { installationAudit } from '../audit/audit.data.ts'
import { OperatorHeading } from './parts.tsx'

/** /dashboard/operator/audit */
export const InstallationAuditPage = () => {
  const filters = useSearch({ from: '/inside/operator/audit' })
  const asked = useQuery({ ...installationAudit(filters), placeholderData: keepPreviousData })
  return (
    <div className="grid gap-4">
      <title>Audit log · Operator · Micro</title>
      <OperatorHeading />
      <p className="text-soft">
        What was done on the whole installation. Nobody can change it, and that you read it is recorded as well.
      </p>
      {/* Another address fills the form anew. */}
      <AuditForm
        key={JSON.stringify(newestOf(filters))}
        to="/operator/audit"
        actions={auditActions}
        ofMerchant
        {...{ filters }}
      />
      <AuditCard to="/operator/audit" {...{ asked, filters }} />
    </div>
  )
}
