import { ArchiveError } from './archive-error.ts'

// The form of sha256sum, so that an unpacked backup can be checked without Micro: sha256sum -c checksums.sha256
const line = /^([0-9a-f]{64}) {2}(.+)$/

export const checksumLines = (sums: ReadonlyMap<string, string>): string =>
  [...sums].map(([path, sum]) => `${sum}  ${path}\n`).join('')

/** Compares what was found with what was written down, both ways. @throws ArchiveError naming the first difference */
export const checkSums = (text: string, found: ReadonlyMap<string, string>): void => {
  const expected = new Map<string, string>()
  for (const each of text.split('\n').filter((row) => row !== '')) {
    const [, sum, path] = line.exec(each) ?? []
    if (sum === undefined || path === undefined) throw new ArchiveError('its checksums cannot be read')
    expected.set(path, sum)
  }
  for (const [path, sum] of expected)
    if (found.get(path) !== sum)
      throw new ArchiveError(found.has(path) ? `${path} is damaged` : `${path} is missing from it`)
  for (const path of found.keys()) if (!expected.has(path)) throw new ArchiveError(`${path} was added to it`)
}
