export type Colour = 'bold' | 'dim' | 'red' | 'green' | 'yellow'

const codes: Readonly<Record<Colour, readonly [number, number]>> = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
}

/** A stream one can print to; the process's own, or a test's. */
export interface Output {
  write(text: string): unknown
  readonly isTTY?: boolean | undefined
  /** How many characters a terminal's line has. */
  readonly columns?: number | undefined
}

/** Where a command prints: data on standard output, everything said about it on standard error. */
export interface Terminal {
  out(line: string): void
  err(line: string): void
  /** Colours text for standard output; plain text where colour is not wanted. */
  paint(colour: Colour, text: string): string
  /** How many characters a line of standard output may have; undefined where nobody looks at a terminal. */
  readonly width: number | undefined
}

export const createTerminal = (options: { stdout: Output; stderr: Output; colour: boolean }): Terminal => {
  const coloured = options.colour && options.stdout.isTTY === true
  return {
    out: (line) => void options.stdout.write(`${line}\n`),
    err: (line) => void options.stderr.write(`${line}\n`),
    width: options.stdout.isTTY === true ? options.stdout.columns : undefined,
    paint: (colour, text) => (coloured ? `\u001b[${codes[colour][0]}m${text}\u001b[${codes[colour][1]}m` : text),
  }
}

/** Text from elsewhere, on one line and without anything that a terminal would obey. */
export const printable = (text: string): string =>
  text
    .replace(/\s+/g, ' ')
    // oxlint-disable-next-line no-control-regex -- control characters are exactly what is looked for
    .replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '\ufffd')
    .trim()

/** Rows in columns, the widest cell deciding; the first row is the heading. */
export const table = (rows: readonly (readonly string[])[]): string[] => {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)))
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}
