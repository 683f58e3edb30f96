import { SectionHeading } from '../ui/section-heading.tsx'

const sections = [
  { to: '/operator', text: 'Health' },
  { to: '/operator/users', text: 'Users' },
  { to: '/operator/audit', text: 'Audit log' },
] as const

/** The heading of the operator's pages, and the way from each to the others. */
export const OperatorHeading = () => <SectionHeading title="Operator" {...{ sections }} />
