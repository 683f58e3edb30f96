import type { authApi } from '@micro/contracts'
import { unixSeconds } from '@micro/kernel'
import type { Handlers } from '@micro/service'
import { everyOf } from '@micro/signing'
import { countLiveApiKeysByPepper } from '../api-keys/api-key.store.ts'
import type { AuthDependencies } from '../dependencies.ts'

/** What `micro secrets prune` asks before it drops a secret. */
export const secretUseHandlers = ({
  db,
  clock,
  config,
}: AuthDependencies): Pick<Handlers<typeof authApi>, 'getSecretUse'> => {
  const started = clock.now()
  return {
    async getSecretUse() {
      const counts = new Map(
        (await countLiveApiKeysByPepper(db.sql, clock.now())).map(({ pepper_id, count }) => [pepper_id, Number(count)]),
      )
      // Those that keys name and nobody has any more are told too: such keys are dead.
      const peppers = new Set([...everyOf(config.peppers).map(({ id }) => id), ...counts.keys()])
      return {
        object: 'secret_use',
        running_seconds: Math.max(0, unixSeconds(clock.now()) - unixSeconds(started)),
        access_token_seconds: config.accessTokenSeconds,
        peppers: [...peppers].map((id) => ({
          id,
          current: id === config.peppers.current.id,
          api_keys: counts.get(id) ?? 0,
        })),
        jwt_keys: everyOf(config.jwtKeys).map(({ kid }) => ({ id: kid, current: kid === config.jwtKeys.current.kid })),
      }
    },
  }
}
