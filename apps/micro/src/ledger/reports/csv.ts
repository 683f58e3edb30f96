// Spreadsheets take a cell that begins so for a formula, and some of these texts come from strangers.
const formula = /^[\s\0]*[=+\-@＝＋－＠\t\r]/u
// Also behind what parts cells in other countries' spreadsheets, to which quotes are signs but at a cell's begin.
const behindSeparator = /([;\t|\r\n][\s\0"']*)([=+\-@＝＋－＠])/gu
const number = /^-?[0-9]+(\.[0-9]+)?$/

/** RFC 4180: quoted where it holds what would end it. */
const cell = (text: string): string => {
  const begun = formula.test(text) && !number.test(text) ? `'${text}` : text
  const safe = begun.replaceAll(behindSeparator, "$1'$2")
  return /[",;\t|\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** One line of CSV, without its end. */
export const csvLine = (cells: readonly string[]): string => cells.map(cell).join(',')
