// How each contender is configured. Options are the plugin's; `peers` has what the others need to be told otherwise.
import { ORIGIN } from './requests.js'

/** What the plugin always allows, and the others have to be told. */
export const SAFELISTED = ['accept', 'accept-language', 'content-language', 'content-type', 'range']
/** What the plugin reads off the routes, and the others have to be told. */
export const METHODS = ['GET', 'HEAD', 'PUT']
export const MAX_AGE = 600

/** A list of so many origins, the page's in the middle: half of the way, where a list is searched from its start. */
function origins (count) {
  const list = Array.from({ length: count }, (_, index) => `https://site-${index}.example.org`)
  list[Math.floor(count / 2)] = ORIGIN
  return list
}

const hundred = Array.from({ length: 100 }, (_, index) => index)

function credentialed (origin, peers = {}) {
  return { options: { origin, credentials: true, allowedHeaders: ['authorization'] }, peers }
}

export const configurations = {
  'any origin': { options: { origin: '*', allowedHeaders: ['authorization'] }, peers: {} },
  '1 origin': credentialed([ORIGIN]),
  '10 origins': credentialed(origins(10)),
  '1,000 origins': credentialed(origins(1_000)),
  '100,000 origins': credentialed(origins(100_000)),
  '100 patterns': credentialed(
    hundred.map(index => `https://*.t${index}.example.com`),
    { origin: hundred.map(index => new RegExp(`^https://(?:[a-z0-9-]+\\.)+t${index}\\.example\\.com$`)) }
  ),
  RegExp: credentialed(/^https:\/\/[a-z]+\.t\d+\.example\.com$/),
  'async function': credentialed(async origin => origin === ORIGIN),
  'route override': {
    ...credentialed(['https://other.example.org']),
    route: { origin: [ORIGIN] }
  },
  'any header': { options: { origin: [ORIGIN], credentials: true, allowedHeaders: '*' }, peers: { allowedHeaders: null } }
}

/** The options of @fastify/cors and `cors`, which have the same names. */
export function peerOptions ({ options, peers }) {
  const { allowedHeaders } = options
  return {
    ...options,
    methods: METHODS,
    maxAge: MAX_AGE,
    ...(Array.isArray(allowedHeaders) ? { allowedHeaders: [...SAFELISTED, ...allowedHeaders] } : {}),
    ...peers
  }
}
