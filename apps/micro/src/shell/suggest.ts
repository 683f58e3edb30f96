/** How many single-character edits turn one word into the other (Levenshtein). */
const distance = (from: string, to: string): number => {
  let row = Array.from({ length: to.length + 1 }, (_, at) => at)
  for (const [at, letter] of from.split('').entries()) {
    const next = [at + 1]
    for (let column = 0; column < to.length; column++) {
      const replaced = (row[column] ?? 0) + (letter === to[column] ? 0 : 1)
      next.push(Math.min(replaced, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1))
    }
    row = next
  }
  return row.at(-1) ?? 0
}

/** The known words that the given one was probably meant to be: the nearest misspelt ones, else those that contain it. */
export const suggest = (given: string, known: readonly string[]): string[] => {
  const near = known
    .map((word) => ({ word, edits: distance(given.slice(0, 100).toLowerCase(), word) }))
    .filter(({ word, edits }) => edits <= Math.max(2, word.length * 0.3))
  const edits = Math.min(...near.map((each) => each.edits))
  if (near.length > 0) return near.filter((each) => each.edits === edits).map(({ word }) => word)
  return given.length > 2 ? known.filter((word) => word.includes(given)) : []
}

/** ` Did you mean a or b?`, or nothing. */
export const didYouMean = (given: string, known: readonly string[]): string => {
  const [first, second] = suggest(given, known)
  if (first === undefined) return ''
  return ` Did you mean ${second === undefined ? first : `${first} or ${second}`}?`
}
