import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Link, useSearch } from '@tanstack/react-router'
import { AuditCard } from './audit-card.tsx'
import { newestOf } from './audit-filters.ts'
import { AuditForm } from './audit-form.tsx'
import { ownAuditActions } from './audit-words.ts'
import { ownAudit } from './audit.data.ts'

/** /dashboard/activity */
export const ActivityPage = () => {
  const filters = useSearch({ from: '/inside/activity' })
  const asked = useQuery({ ...ownAudit(filters), placeholderData: keepPreviousData })
  return (
    <div className="grid gap-4">
      <title>Account activity · Micro</title>
      <div className="grid gap-1">
        <h1 className="text-2xl font-semibold">Account activity</h1>
        <p className="text-soft">
          What was done with your account in both modes: sign-ins, keys, endpoints, processors. Nobody can change it; it
          is kept for 13 months. Something you do not know?{' '}
          <Link to="/sessions" className="font-medium text-accent underline">
            Sign out everywhere else
          </Link>{' '}
          and{' '}
          <Link to="/keys" className="font-medium text-accent underline">
            roll your keys
          </Link>
          .
        </p>
      </div>
      {/* Another address fills the form anew. */}
      <AuditForm key={JSON.stringify(newestOf(filters))} to="/activity" actions={ownAuditActions} {...{ filters }} />
      <AuditCard to="/activity" {...{ asked, filters }} />
    </div>
  )
}
