/** What people who look into the database do not see: `table` or `table.column`. Idempotency keys are kept with their answers, whoever asked. */
export const hiddenFromPeople: readonly string[] = ['idempotency_keys']
