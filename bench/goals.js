// What is aimed at, and whether it is reached. Overheads are over bare Fastify with the same request.
import { FLOOR, PEER, PLUGIN } from './cases.js'

/**
 * `limit` is the goal; `tolerated` is what npm run bench:check lets pass, far enough off for a busy machine.
 * `measure` finds the value in the results.
 */
const overRequests = [
  {
    name: 'actual request, allowed, credentials: overhead / @fastify/cors',
    limit: 0.5,
    tolerated: 1,
    measure: ({ credentials }) => overhead(credentials, PEER, '1 origin', 'actual')
  },
  {
    name: 'actual request, allowed, credentials: overhead / floor',
    limit: 1.15,
    tolerated: 2,
    measure: ({ credentials }) => overhead(credentials, FLOOR, '1 origin', 'actual')
  },
  {
    name: 'actual request without Origin: overhead / floor',
    limit: 1.15,
    tolerated: 3,
    measure: ({ credentials }) => overhead(credentials, FLOOR, '1 origin', 'actual, no Origin')
  },
  {
    name: 'preflight granted: whole request / @fastify/cors',
    limit: 0.6,
    tolerated: 1,
    measure: ({ preflight }) => whole(preflight, PEER, 'preflight')
  },
  {
    name: 'preflight granted: whole request / floor',
    limit: 1.1,
    tolerated: 1.5,
    measure: ({ preflight }) => whole(preflight, FLOOR, 'preflight')
  },
  {
    name: 'preflight refused: whole request / granted',
    limit: 1,
    tolerated: 1.5,
    measure: ({ preflight }) => preflight.wholeRatio(
      preflight.find(PLUGIN, '1 origin', 'preflight, refused'), preflight.find(PLUGIN, '1 origin', 'preflight'))
  }
]

const overConfigurations = [
  {
    name: '100,000 origins: overhead / 1 origin',
    limit: 1.1,
    measure: results => within(results['number of origins'], ['100,000 origins', 'actual'], ['1 origin', 'actual'])
  },
  ...[
    ['16 KB Origin: overhead / refused origin', '100 patterns', 'actual, 16 KB Origin', 'actual, refused'],
    ['16 KB of commas: overhead / ordinary preflight', 'any header', 'preflight, 16 KB of commas', 'preflight'],
    ['500 header names: overhead / ordinary preflight', 'any header', 'preflight, 500 names', 'preflight']
  ].map(([name, configuration, request, ordinary]) => ({
    name,
    limit: 1.5,
    measure: ({ adversarial }) => within(adversarial, [configuration, request], [configuration, ordinary])
  }))
]

const overProcesses = [
  {
    name: '1,000 routes: time to ready() / without the plugin',
    limit: 1.5,
    measure: ({ routes }) => routes.find(({ variant }) => variant === PLUGIN).ratio
  },
  {
    name: 'import and register, cold: ms over Fastify',
    limit: 60,
    measure: ({ imports }) => imports.find(({ variant }) => variant === PLUGIN).over
  },
  {
    name: 'memory: bytes a request, of random origins',
    // The heap of a process that does nothing else moves by this much over a million.
    limit: 0.5,
    measure: ({ memory }) => ({ median: bytesPerRequest(memory), spread: 0 })
  }
]

function overhead (results, other, configuration, request) {
  return results.overheadRatio(results.find(PLUGIN, configuration, request), results.find(other, configuration, request))
}

function whole (results, other, request) {
  return results.wholeRatio(results.find(PLUGIN, '1 origin', request), results.find(other, '1 origin', request))
}

function within (results, one, other) {
  return results.overheadRatio(results.find(PLUGIN, ...one), results.find(PLUGIN, ...other))
}

/** From the first point, which is warm, to the last. */
function bytesPerRequest (points) {
  const first = points[0]
  const last = points.at(-1)
  return (last.heap - first.heap) / (last.requests - first.requests)
}

/** A spread beyond half of the limit says nothing; least of all that a goal is met. */
function isNoise (spread, limit) {
  return !(spread <= limit / 2)
}

/** A goal whose limit lies within the spread is neither met nor missed. */
export function evaluateGoals (results) {
  return [...overRequests, ...overConfigurations, ...overProcesses].map(({ name, limit, measure }) => {
    const { median, spread } = measure(results)
    let verdict = median <= limit ? 'met' : 'missed'
    if (isNoise(spread, limit)) verdict = 'too noisy'
    else if (spread > 0 && Math.abs(median - limit) <= spread) verdict = 'within the spread'
    return { name, limit, measured: median, spread, verdict }
  })
}

/** Only what a quick run can tell, against generous limits. */
export function check (results) {
  return overRequests.map(({ name, limit, tolerated, measure }) => {
    const { median, spread } = measure(results)
    const verdict = isNoise(spread, tolerated) ? 'too noisy' : median <= tolerated ? 'inside' : 'OUTSIDE'
    return { name, limit: tolerated, goal: limit, measured: median, spread, verdict }
  })
}
