import type { Mode } from '@micro/contracts'

/** What somebody is told before an act on the ledger, which knows a repeat by its reference. */
export const Once = ({ mode }: { mode: Mode }) => (
  <>
    {mode === 'live' && <p className="font-semibold text-bad">This is live: it goes into your real books.</p>}
    <p className="text-sm text-soft">Pressed twice it happens once.</p>
  </>
)
