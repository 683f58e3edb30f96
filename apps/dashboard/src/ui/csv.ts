// A spreadsheet takes a cell that begins so for a formula, and runs it: also with blanks before, and as wide characters.
const formula = /^\s*[=+\-@＝＋－＠]|^[\t\r\n]/
// Where a comma is the decimal sign, spreadsheets part cells by a semicolon, and a cell of ours is not the first of its
// line there: its quotes are characters then, and what is behind a separator in it begins a cell.
const behindSeparator = /([;\t|\r\n][\s"']*)([=+\-@＝＋－＠])/g

/** A text that nowhere in it begins what a spreadsheet would run. */
const guarded = (text: string): string => (formula.test(text) ? `'${text}` : text).replaceAll(behindSeparator, "$1'$2")

/** A cell as RFC 4180 has it. Texts that a spreadsheet would take for a formula get an apostrophe, and stay texts. */
export const csvCell = (value: string | number): string => {
  const text = typeof value === 'string' ? guarded(value) : String(value)
  return /[",;\t|\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** A line of a CSV file, with its end. */
export const csvLine = (cells: readonly (string | number)[]): string => `${cells.map(csvCell).join(',')}\r\n`
