const units = ['bytes', 'kB', 'MB', 'GB', 'TB'] as const

/** Bytes for people: 999 bytes, 1.0 kB, 12.3 MB. */
export const sizeText = (bytes: number): string => {
  const power = bytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3))
  return power === 0 ? `${bytes} bytes` : `${(bytes / 1000 ** power).toFixed(1)} ${units[power]}`
}
