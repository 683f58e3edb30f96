import type { EvidenceText, Tenant } from '@micro/contracts'
import { first, type Sql } from '@micro/postgres'

/** What a merchant hands in, by the processor's name of the dispute. */
export const findLiveEvidence = async (
  sql: Sql,
  { merchant, mode }: Tenant,
  processorId: string,
): Promise<Partial<Record<EvidenceText, string>> | undefined> =>
  first(
    await sql<{ evidence: Partial<Record<EvidenceText, string>> }>`
    select evidence from payments.disputes
    where merchant = ${merchant} and mode = ${mode} and processor_id = ${processorId}`,
  )?.evidence
