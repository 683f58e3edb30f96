/** For an option that may be given as often as one likes. */
export const collect = (text: string, before: readonly string[] = []): string[] => [...before, text]
