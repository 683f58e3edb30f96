const charsMax = 200_000
/** Streams go on for as long as they are read. */
const msMax = 5_000

/** The beginning of a body: what comes within some seconds, and as much as a page can show. The rest is left. */
export const readSome = async (
  body: ReadableStream<Uint8Array> | null,
  bounds = { charsMax, msMax },
): Promise<{ text: string; cut: boolean }> => {
  if (body === null) return { text: '', cut: false }
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let [text, cut] = ['', false]
  const timer = setTimeout(() => {
    cut = true
    void reader.cancel()
  }, bounds.msMax)
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) break
      text += decoder.decode(value, { stream: true })
      if (text.length <= bounds.charsMax) continue
      cut = true
      await reader.cancel()
      break
    }
  } catch {
    // The connection broke: what came until then is shown.
    cut = true
  } finally {
    clearTimeout(timer)
  }
  return { text: text.slice(0, bounds.charsMax), cut }
}
