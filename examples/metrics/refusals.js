import { subscribe } from 'node:diagnostics_channel'

/**
 * Counts refusals by code, for every application in this process.
 *
 * The origin is no label: anybody can send any, and each would make a new time series.
 *
 * @param {{ inc: (labels: { code: string, preflight: string }) => void }} counter a prom-client `Counter` with the
 *   labels `code` and `preflight`; of an OpenTelemetry counter, `{ inc: labels => counter.add(1, labels) }`
 */
export function countRefusals (counter) {
  subscribe('fastify-cors-policy:refusal', ({ refusal }) => {
    counter.inc({ code: refusal.code, preflight: String(refusal.preflight) })
  })
}
