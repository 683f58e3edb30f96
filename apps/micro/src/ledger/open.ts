import type { HttpTransportOptions } from '@micro/client'
import { ledgerClient, requireApiKey, transportOptions, type LedgerClient } from '../session/api.ts'
import type { Context } from '../shell/shell.ts'

export interface Ledger {
  readonly client: LedgerClient
  /** For what is read as a stream. */
  readonly transport: HttpTransportOptions
}

/** The ledger of whoever the API key belongs to, in its mode. @throws Failure without a key */
export const openLedger = async (context: Context, timeoutMs?: number): Promise<Ledger> => {
  const settings = await context.settings()
  const access = {
    gatewayUrl: settings.gatewayUrl,
    version: context.version,
    credential: requireApiKey(settings),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  }
  return { client: ledgerClient(access), transport: transportOptions(access) }
}
