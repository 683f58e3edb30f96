import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { eventually } from './eventually.ts'
import { temporaryDirectory } from './places.ts'
import { available } from './programs.ts'

const program = 'chromium'

/**
 * Whether a real browser can be started: `describe.skipIf(!browserAvailable())`. Says so where it is missing; under
 * `CI=true`, where nothing may be left out, it throws instead.
 */
export const browserAvailable = (): boolean => available('what needs a browser', [program])

/** One page of a browser, driven as the browser's own developer tools do. */
export interface TestBrowser extends AsyncDisposable {
  /** Goes to an address and waits until its page has loaded. */
  open(url: string): Promise<void>
  /** What an expression comes to in the page; throws what it throws there. */
  evaluate<T>(expression: string): Promise<T>
  /** Types into a field as soon as there is one. */
  type(selector: string, text: string): Promise<void>
  click(selector: string): Promise<void>
  /** Waits until the page at an address has loaded. */
  at(pattern: RegExp): Promise<string>
  /** What the page complained of: what its policy refused among it. */
  readonly complaints: readonly string[]
  /** The address of everything that was asked for. */
  readonly requests: readonly string[]
  screenshot(): Promise<Buffer>
  /** As a screen of this width in pixels, dark or light. */
  look(options: { width: number; dark: boolean }): Promise<void>
}

interface Told {
  readonly id?: number
  readonly result?: Record<string, unknown>
  readonly error?: { readonly message: string }
  readonly method?: string
  readonly params?: { readonly entry?: { readonly text: string }; readonly request?: { readonly url: string } }
}

const debuggerOf = async (child: ReturnType<typeof spawn>): Promise<string> => {
  let output = ''
  child.stderr?.on('data', (data: Buffer) => (output += data.toString()))
  await once(child, 'spawn')
  return eventually(
    () => {
      const [, url] = /DevTools listening on (ws:\S+)/.exec(output) ?? []
      if (url === undefined) throw new Error(`${program} does not listen: ${output}`)
      return url
    },
    { timeoutMs: 60_000 },
  )
}

const connectTo = async (url: string) => {
  const socket = new WebSocket(url)
  await once(socket, 'open')
  const waiting = new Map<number, (told: Told) => void>()
  const complaints: string[] = []
  const requests: string[] = []
  socket.addEventListener('message', ({ data }) => {
    const told = JSON.parse(String(data)) as Told
    if (told.id !== undefined) waiting.get(told.id)?.(told)
    else if (told.method === 'Log.entryAdded') complaints.push(told.params?.entry?.text ?? '')
    else if (told.method === 'Network.requestWillBeSent') requests.push(told.params?.request?.url ?? '')
  })
  let last = 0
  const send = async (method: string, params: object = {}): Promise<Record<string, unknown>> => {
    const id = ++last
    const answer = new Promise<Told>((resolve) => waiting.set(id, resolve))
    socket.send(JSON.stringify({ id, method, params }))
    const { result, error } = await answer
    if (error !== undefined) throw new Error(`${method}: ${error.message}`)
    return result ?? {}
  }
  return { send, complaints, requests, close: () => socket.close() }
}

/** A browser without a window, of a profile of its own. */
export const startBrowser = async (): Promise<TestBrowser> => {
  const directory = await temporaryDirectory()
  const flags = ['--headless=new', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking']
  const child = spawn(
    program,
    [...flags, '--remote-debugging-port=0', `--user-data-dir=${directory.path}`, 'about:blank'],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  )
  const { port } = new URL(await debuggerOf(child))
  const targets = (await (await fetch(`http://127.0.0.1:${port}/json`)).json()) as {
    type: string
    webSocketDebuggerUrl: string
  }[]
  const { send, complaints, requests, close } = await connectTo(
    targets.find(({ type }) => type === 'page')?.webSocketDebuggerUrl ?? '',
  )
  await Promise.all([send('Page.enable'), send('Log.enable'), send('Network.enable')])
  const evaluate = async <T>(expression: string): Promise<T> => {
    const { result, exceptionDetails } = await send('Runtime.evaluate', { expression, returnByValue: true })
    const { value, description } = result as { value: T; description?: string }
    if (exceptionDetails !== undefined) throw new Error(`${expression}: ${description}`)
    return value
  }
  // What a page has not shown yet, a person waits for too.
  const onceThere = (expression: string) => eventually(() => evaluate(expression), { timeoutMs: 60_000 })
  const at = (pattern: RegExp) =>
    eventually(
      async () => {
        const url = await evaluate<string>(`document.readyState === 'complete' ? location.href : ''`)
        if (!pattern.test(url)) throw new Error(`at ${url}; ${complaints.join('; ')}`)
        return url
      },
      { timeoutMs: 60_000 },
    )
  return {
    complaints,
    requests,
    evaluate,
    at,
    async open(url) {
      const { errorText } = await send('Page.navigate', { url })
      if (typeof errorText === 'string') throw new Error(`${url}: ${errorText}`)
      await at(/^http/)
    },
    async type(selector, text) {
      await onceThere(`document.querySelector(${JSON.stringify(selector)}).focus()`)
      await send('Input.insertText', { text })
    },
    click: async (selector) => void (await onceThere(`document.querySelector(${JSON.stringify(selector)}).click()`)),
    screenshot: async () => Buffer.from(String((await send('Page.captureScreenshot'))['data']), 'base64'),
    async look({ width, dark }) {
      await send('Emulation.setDeviceMetricsOverride', {
        width,
        height: 900,
        deviceScaleFactor: 1,
        mobile: width < 600,
      })
      const features = [
        { name: 'prefers-color-scheme', value: dark ? 'dark' : 'light' },
        // What is looked at is what comes to rest, and not a colour on its way to another.
        { name: 'prefers-reduced-motion', value: 'reduce' },
      ]
      await send('Emulation.setEmulatedMedia', { features })
    },
    async [Symbol.asyncDispose]() {
      close()
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
      await directory.remove()
    },
  }
}
