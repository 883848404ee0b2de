/**
 * How many cases a property is tried with: few while somebody waits, enough to mean something in CI, and any number by
 * `PROPERTY_RUNS`.
 */
export const PROPERTY_RUNS = Number(process.env['PROPERTY_RUNS'] ?? (process.env['CI'] === 'true' ? 100_000 : 2_000))
