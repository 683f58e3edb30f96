import type { ApiKey, RequestLog } from '@micro/contracts'
import { useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { keys as allKeys } from '../keys/keys.data.ts'

/** Has the keys read anew, once, when requests are shown of one that is not known: it was made since. */
export const useKeysOf = (requests: readonly Pick<RequestLog, 'key_id'>[], keys: readonly ApiKey[]): void => {
  const queries = useQueryClient()
  const unknown = new Set(requests.map(({ key_id: id }) => id).filter((id) => keys.every((key) => key.id !== id)))
  unknown.delete(null)
  const names = [...unknown].toSorted().join()
  useEffect(() => {
    if (names !== '') void queries.invalidateQueries({ queryKey: allKeys.queryKey })
  }, [names, queries])
}
