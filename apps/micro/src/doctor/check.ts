/** `skipped`: it could not be told, as long as something else is missing. */
export type CheckStatus = 'ok' | 'warning' | 'problem' | 'skipped'

/** One thing that was looked at. */
export interface Check {
  readonly name: string
  readonly status: CheckStatus
  /** What was found. */
  readonly detail: string
  /** What to do about it. */
  readonly mend?: string
}

type Found = Omit<Check, 'name' | 'status'>

/** Checks of one name, by how it went. */
export const checkOf = (name: string) => {
  const as =
    (status: CheckStatus) =>
    (detail: string, mend?: string): Check => {
      const found: Found = mend === undefined ? { detail } : { detail, mend }
      return { name, status, ...found }
    }
  return { ok: as('ok'), warning: as('warning'), problem: as('problem'), skipped: as('skipped') }
}
