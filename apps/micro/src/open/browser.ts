import { spawn } from 'node:child_process'

type Line = readonly [program: string, ...args: string[]]

/**
 * What shows an address in the browser. No shell: to one, `&` in an address would begin another command. On Windows the
 * program is named in full, as one of its name in the folder at hand would be taken first.
 */
export const browserLine = (
  url: string,
  { platform, systemRoot = String.raw`C:\Windows` }: { platform: NodeJS.Platform; systemRoot?: string | undefined },
): Line => {
  if (platform === 'win32') return [String.raw`${systemRoot}\System32\rundll32.exe`, 'url.dll,FileProtocolHandler', url]
  return [platform === 'darwin' ? 'open' : 'xdg-open', url]
}

/** Shows an address in the browser of whoever sits here. False when there is no way to. */
export const showInBrowser = (url: string, systemRoot: string | undefined): Promise<boolean> =>
  new Promise((resolve) => {
    const [program, ...args] = browserLine(url, { platform: process.platform, systemRoot })
    const child = spawn(program, args, { stdio: 'ignore', detached: true })
    child.once('error', () => resolve(false))
    child.once('spawn', () => {
      // The browser may go on for as long as it likes.
      child.unref()
      resolve(true)
    })
  })
