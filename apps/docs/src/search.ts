/** Makes the built pages searchable, by an index that browsers fetch piece by piece. */
import { copyFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { close, createIndex } from 'pagefind'

/** Writes `pagefind/` beneath the built site. Throws what pagefind complains of. */
export const writeSearchIndex = async (site: URL): Promise<void> => {
  const path = fileURLToPath(site)
  try {
    const { index, errors } = await createIndex({
      forceLanguage: 'en',
      excludeSelectors: ['.anchor', 'pre', '.fields', '.refusals', '.routes'],
    })
    if (index === undefined) throw new Error(errors.join('; '))
    const added = await index.addDirectory({ path })
    const written = await index.writeFiles({ outputPath: `${path}pagefind` })
    const problems = [...added.errors, ...written.errors]
    if (problems.length > 0) throw new Error(problems.join('; '))
    // What searches in the browser is pagefind's own code, which is given on with its licence.
    await copyFile(new URL('../LICENSE/LICENSE', import.meta.resolve('pagefind')), new URL('pagefind/LICENSE', site))
  } finally {
    await close()
  }
}
