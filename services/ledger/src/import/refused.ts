/** Why a file is not imported, with the line at fault. Nothing of it is kept. */
export class ImportRefused extends Error {
  override name = 'ImportRefused'
  readonly line: number

  constructor(line: number, reason: string, options?: ErrorOptions) {
    super(`line ${line}: ${reason}`, options)
    this.line = line
  }
}
