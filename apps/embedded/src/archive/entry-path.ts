/** What a backup holds, and nothing else: whatever is in it lands in a data directory. */
export const manifestName = 'manifest.json'
export const checksumsName = 'checksums.sha256'
const places = ['secrets', 'postgres']

/**
 * Why an entry's path cannot be taken from an archive, in a clause; undefined when it can. Only plain relative paths
 * below the known places are, so that no archive writes outside the directory it is restored into.
 */
export const pathProblem = (path: string): string | undefined => {
  if (path === manifestName || path === checksumsName) return undefined
  // oxlint-disable-next-line no-control-regex -- control characters are exactly what is refused
  if (/[\\\u0000-\u001f\u007f]/.test(path)) return 'has characters that no backup has'
  const parts = path.split('/')
  if (parts.some((part) => part === '' || part === '.' || part === '..')) return 'leads out of its folder'
  return places.includes(parts[0] ?? '') ? undefined : 'has no place in a data directory'
}
