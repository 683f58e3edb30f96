import type { authApi } from '@micro/contracts'
import { queryOptions } from '@tanstack/react-query'
import { call } from '../api/call.ts'
import { auditQueryOf, type AuditFilters } from './audit-filters.ts'

type Auth = typeof authApi

/** What was done with the account of whoever asks, a page of it, newest first. */
export const ownAudit = (filters: AuditFilters) =>
  queryOptions({
    queryKey: ['audit', 'own', filters],
    queryFn: ({ signal }) =>
      call<Auth['listAuditLog']>('GET /auth/audit_log', { query: auditQueryOf(filters), signal }),
  })

/** What was done on the whole installation, a page of it, newest first. Each time it is read that is recorded, too. */
export const installationAudit = ({ merchant, ...filters }: AuditFilters) =>
  queryOptions({
    queryKey: ['audit', 'installation', { merchant, ...filters }],
    queryFn: ({ signal }) => {
      const query = { ...auditQueryOf(filters), ...(merchant === undefined ? {} : { merchant }) }
      return call<Auth['listInstallationAuditLog']>('GET /auth/operator/audit_log', { query, signal })
    },
    // Once for each look of a person, and not whenever a window comes to the front.
    refetchOnWindowFocus: false,
    staleTime: 60_000,
  })
