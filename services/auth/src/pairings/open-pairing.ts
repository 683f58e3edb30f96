import type { AuthDependencies } from '../dependencies.ts'
import { isOpen, isPairingId, pairingMissing, type PairingRow } from './pairing.ts'
import { selectPairing } from './pairing.store.ts'

/** What was let in, or is over, answers like what never was. @throws Fault resource_missing */
export const findOpenPairing = async (
  { db, clock }: Pick<AuthDependencies, 'db' | 'clock'>,
  id: string,
): Promise<PairingRow> => {
  const pairing = isPairingId(id) ? await selectPairing(db.sql, id) : undefined
  if (pairing === undefined || !isOpen(pairing, clock.now())) throw pairingMissing(id)
  return pairing
}
