/** What people who look into the database do not see: `table` or `table.column`. Hashes of secrets, and what tells who failed to log in. */
export const hiddenFromPeople: readonly string[] = [
  'users.password_hash',
  'api_keys.hash',
  'refresh_tokens',
  'login_sessions.cookie_hash',
  'login_attempts',
  'invitations.hash',
  'pairings',
]
