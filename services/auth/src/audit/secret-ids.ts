/** Names of secrets, never the secrets. */
export interface SecretIds {
  readonly peppers: readonly string[]
  readonly jwt_keys: readonly string[]
}

const without = (list: readonly string[], other: readonly string[]): string[] =>
  list.filter((id) => !other.includes(id))

/** What came and went between two starts; undefined when both knew the same secrets. The order is no difference. */
export const secretChange = (before: SecretIds, now: SecretIds): Record<string, readonly string[]> | undefined => {
  const change = {
    peppers_added: without(now.peppers, before.peppers),
    peppers_removed: without(before.peppers, now.peppers),
    jwt_keys_added: without(now.jwt_keys, before.jwt_keys),
    jwt_keys_removed: without(before.jwt_keys, now.jwt_keys),
  }
  return Object.values(change).some((ids) => ids.length > 0) ? change : undefined
}
