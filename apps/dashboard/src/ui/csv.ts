// A spreadsheet takes a cell that begins so for a formula, and runs it: also with blanks before, and as wide characters.
const formula = /^\s*[=+\-@＝＋－＠]|^[\t\r\n]/

/** A cell as RFC 4180 has it. Texts that a spreadsheet would take for a formula get an apostrophe, and stay texts. */
export const csvCell = (value: string | number): string => {
  const text = typeof value === 'string' && formula.test(value) ? `'${value}` : String(value)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** A line of a CSV file, with its end. */
export const csvLine = (cells: readonly (string | number)[]): string => `${cells.map(csvCell).join(',')}\r\n`
