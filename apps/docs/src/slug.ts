/** The ids of a page's headings, made as code hosts make them, so that a link to one works there and here. */
export const createSlugs = (): ((heading: string) => string) => {
  const taken = new Map<string, number>()
  return (heading) => {
    const base = heading
      .toLowerCase()
      .replace(/[^\p{L}\p{M}\p{N}\p{Pc} -]/gu, '')
      .replaceAll(' ', '-')
    const times = taken.get(base) ?? 0
    taken.set(base, times + 1)
    return times === 0 ? base : `${base}-${times}`
  }
}
