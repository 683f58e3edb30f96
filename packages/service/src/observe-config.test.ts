import { expect, test } from 'vitest'
import { readObserveConfig } from './observe-config.ts'

test('nobody looks on unless asked to, and then from this machine only', () => {
  expect(readObserveConfig({})).toEqual({ listen: undefined, traces: undefined })
  expect(readObserveConfig({ METRICS_PORT: '9090' }).listen).toEqual({ host: '127.0.0.1', port: 9090 })
  expect(readObserveConfig({ METRICS_PORT: '0', METRICS_HOST: '0.0.0.0' }).listen).toEqual({ host: '0.0.0.0', port: 0 })
})

test("OpenTelemetry's variables say where traces go and how many", () => {
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318/', OTEL_TRACES_SAMPLER_ARG: '0.25' }
  expect(readObserveConfig(env).traces).toEqual({ endpoint: 'http://collector:4318', ratio: 0.25 })
})

for (const part of ['', '0', '1', '1.0', '.5'])
  test(`'${part}' is a part of all traces`, () => {
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: 'https://c', OTEL_TRACES_SAMPLER_ARG: part }
    expect(readObserveConfig(env).traces?.ratio).toBe(part === '' ? 1 : Number(part))
  })

for (const [name, value] of [
  ['METRICS_PORT', '65536'],
  ['METRICS_PORT', 'http'],
  ['OTEL_TRACES_SAMPLER_ARG', '1.5'],
  ['OTEL_TRACES_SAMPLER_ARG', '-1'],
  ['OTEL_TRACES_SAMPLER_ARG', 'NaN'],
  ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector:4318'],
  ['OTEL_EXPORTER_OTLP_ENDPOINT', 'http://user:hunter2@'],
] as const)
  test(`${name} cannot be '${value}', and no complaint shows a password`, () => {
    const read = () => readObserveConfig({ [name]: value })
    expect(read).toThrow(name)
    expect(read).not.toThrow('hunter2')
  })
