import { expect, test } from 'vitest'
import { deviceText, isElsewhere, reachText } from './pair-words.ts'

test('a name is quoted, and told as what it calls itself', () => {
  expect(deviceText({ device_name: 'Micro support' })).toBe('A device that calls itself “Micro support”')
  expect(deviceText({ device_name: '' })).toBe('A device')
})

test('all that is given is named, an operator’s part among it', () => {
  expect(reachText('session', { operator: true })).toMatch(/test and live mode.*operator/i)
  expect(reachText('session', { operator: false })).toBe('Test and live mode')
  expect(reachText('key', { operator: true })).toBe('Test mode alone')
})

for (const [client_ip, your_ip, want] of [
  ['10.0.0.1', '10.0.0.1', false],
  ['10.0.0.1', '10.0.0.2', true],
  ['10.0.0.1', null, true],
  [null, '10.0.0.2', false],
] as const)
  test(`from ${client_ip}, asked at ${your_ip}: ${want ? 'elsewhere' : 'not elsewhere'}`, () =>
    expect(isElsewhere({ client_ip, your_ip })).toBe(want))
