import { expect, test } from 'vitest'
import { browserLine } from './browser.ts'

const url = 'http://127.0.0.1:8080/&calc'

test('on Windows no shell reads the address, and no program of the folder at hand is taken for the system’s', () => {
  expect(browserLine(url, { platform: 'win32', systemRoot: 'D:\\Win' })).toEqual([
    'D:\\Win\\System32\\rundll32.exe',
    'url.dll,FileProtocolHandler',
    url,
  ])
  expect(browserLine(url, { platform: 'win32' })[0]).toBe('C:\\Windows\\System32\\rundll32.exe')
})

test('elsewhere the desktop is asked', () => {
  expect(browserLine(url, { platform: 'darwin' })).toEqual(['open', url])
  expect(browserLine(url, { platform: 'linux' })).toEqual(['xdg-open', url])
})
