/** The first row, or undefined when there is none. */
export const first = <Row>(rows: Row[]): Row | undefined => rows[0]

/** The one row there must be. Throws when there are none or several: that is our bug, not the caller's mistake. */
export const only = <Row>(rows: Row[]): Row => {
  const [row] = rows
  if (row === undefined || rows.length !== 1) throw new Error(`expected exactly one row, got ${rows.length}`)
  return row
}
