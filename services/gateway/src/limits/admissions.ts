import { createKeyTable, type Remembered } from './key-table.ts'

/** A request that this gateway let through. */
export interface Admission {
  /** Unique within this gateway. */
  readonly id: number
  /** This gateway's clock. */
  readonly atMs: number
  /** Redis has counted it. */
  known: boolean
}

/** A key's admissions by this gateway within the window, oldest first. */
export interface Admissions extends Remembered {
  list: Admission[]
}

/**
 * What this gateway itself let through, whoever decided it, so that it knows its own part when it has to decide alone,
 * and can tell Redis what Redis does not know.
 */
export const createAdmissions = (keysMax: number) => {
  const table = createKeyTable<Admissions>({ keysMax, create: (nowMs) => ({ list: [], expiresMs: nowMs }) })
  return {
    within({ key, windowMs, nowMs }: { key: string; windowMs: number; nowMs: number }): Admissions {
      const admissions = table.use(key, nowMs)
      const stays = admissions.list.findIndex(({ atMs }) => atMs > nowMs - windowMs)
      admissions.list.splice(0, stays < 0 ? admissions.list.length : stays)
      return admissions
    },
    add(admissions: Admissions, admission: Admission, windowMs: number): void {
      admissions.list.push(admission)
      admissions.expiresMs = admission.atMs + windowMs
    },
  }
}
