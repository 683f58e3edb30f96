/** What a stream brings, cut at a separator, as it arrives. What breaks off before the next one is told to nobody. */
export async function* pieces(body: ReadableStream<Uint8Array>, separator: string): AsyncGenerator<string> {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let kept = ''
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    const whole = (kept + decoder.decode(value, { stream: true })).split(separator)
    kept = whole.pop() ?? ''
    yield* whole
  }
}
