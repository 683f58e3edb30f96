/** Why an archive is refused: a clause that follows "FILE cannot be restored: ". */
export class ArchiveError extends Error {
  override name = 'ArchiveError'
}
