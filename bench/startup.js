// What the plugin costs before the first request: time to ready() with 1,000 routes, and loading it in a cold process.
import { runInterleaved } from './fresh-process.js'
import { summarize } from './statistics.js'

export async function measureRoutes (rounds) {
  const variants = ['without', 'this plugin', '@fastify/cors']
  return compare(variants, await runInterleaved('startup-routes.js', variants, rounds))
}

/** The parts of what loading costs are variants of their own: what is loaded besides Fastify. */
export async function measureImport (rounds) {
  const variants = ['without', 'TypeBox', 'what it loads', 'this plugin', '@fastify/cors']
  return compare(variants, await runInterleaved('startup-import.js', variants, rounds))
}

/** Milliseconds, and what is over the first variant. */
function compare (variants, results) {
  const base = results[variants[0]]
  return variants.map(variant => ({
    variant,
    milliseconds: summarize(results[variant].map(({ milliseconds }) => milliseconds)),
    over: summarize(results[variant].map(({ milliseconds }, round) => milliseconds - base[round].milliseconds)),
    ratio: summarize(results[variant].map(({ milliseconds }, round) => milliseconds / base[round].milliseconds)),
    modules: results[variant][0].modules
  }))
}
