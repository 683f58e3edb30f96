import type { Database } from '@micro/postgres'
import { createWorker, type Logger, type Worker } from '@micro/service'
import { everyOf, type SecretRings } from '@micro/signing'
import type { Audit } from './record.ts'
import { secretChange, type SecretIds } from './secret-ids.ts'
import { lockSecretIds, saveSecretIds } from './secret-ids.store.ts'

const everyMs = 60 * 60 * 1000

const idsOf = ({ peppers, jwtKeys }: SecretRings): SecretIds => ({
  peppers: everyOf(peppers).map(({ id }) => id),
  jwt_keys: everyOf(jwtKeys).map(({ kid }) => kid),
})

/**
 * Notices at the start that the secrets are others than at the last one, and records it. Of several processes the first
 * records it, so while they change over one by one each way is told.
 */
export const noticeSecrets = (deps: { db: Database; rings: SecretRings; audit: Audit }): Promise<void> =>
  deps.db.transaction(async (sql) => {
    const now = idsOf(deps.rings)
    const before = await lockSecretIds(sql)
    const detail = before === null ? undefined : secretChange(before, now)
    if (before !== null && detail === undefined) return
    await saveSecretIds(sql, now)
    if (detail === undefined) return
    const call = { principal: { kind: 'service', service: 'auth' }, requestId: '', clientIp: '' } as const
    await deps.audit(sql, call, { action: 'secret.rotated', detail })
  })

export const createSecretWatch = (deps: { db: Database; log: Logger; rings: SecretRings; audit: Audit }): Worker =>
  createWorker({
    name: 'auth.secret_ids',
    everyMs,
    log: deps.log,
    round: async () => {
      await noticeSecrets(deps)
      return false
    },
  })
