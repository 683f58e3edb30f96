import { Failure } from '../shell/failure.ts'
import { askHealth } from '../session/health.ts'
import type { Holder } from '../running/holder.ts'
import { findInstance } from '../running/instance.ts'

/**
 * Where the system does not tell when a process started, its number alone is no proof: something must answer as Micro
 * where the data directory says that Micro is, which is on this machine. @throws Failure
 */
export const makeSure = async (
  { version }: { readonly version: string },
  dataDir: string,
  { pid, started }: Holder,
): Promise<void> => {
  if (started !== '') return
  const instance = await findInstance(dataDir)
  const gatewayUrl = instance?.pid === pid ? instance.gateway_url : undefined
  const answer = gatewayUrl && (await askHealth({ gatewayUrl, version }).catch(() => undefined))
  if (!answer) throw new Failure(`Process ${pid} may be another program by now. If it is Micro: kill ${pid}`)
}
