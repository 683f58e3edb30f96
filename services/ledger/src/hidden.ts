/** What people who look into the database do not see: `table` or `table.column`. Nothing here is a secret. */
export const hiddenFromPeople: readonly string[] = []
