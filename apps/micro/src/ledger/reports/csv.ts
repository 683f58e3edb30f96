// Spreadsheets take a cell that begins so for a formula, and some of these texts come from strangers.
const formula = /^[\s\0]*[=+\-@＝＋－＠\t\r]/u
const number = /^-?[0-9]+(\.[0-9]+)?$/

/** RFC 4180: quoted where it holds what would end it. */
const cell = (text: string): string => {
  const safe = formula.test(text) && !number.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** One line of CSV, without its end. */
export const csvLine = (cells: readonly string[]): string => cells.map(cell).join(',')
