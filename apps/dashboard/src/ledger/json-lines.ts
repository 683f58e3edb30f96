/** What a stream tells line by line, as it arrives. What breaks off within a line is told to nobody. */
export async function* jsonLines<T>(body: ReadableStream<Uint8Array>): AsyncGenerator<T> {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let kept = ''
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    const lines = (kept + decoder.decode(value, { stream: true })).split('\n')
    kept = lines.pop() ?? ''
    for (const line of lines) if (line !== '') yield JSON.parse(line) as T
  }
}
