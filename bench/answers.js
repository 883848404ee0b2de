// What has to be answered: nobody's time is taken for a wrong answer.
import { ORIGIN, requests } from './requests.js'
import { MAX_AGE, METHODS, SAFELISTED } from './configurations.js'

/** The headers that CORS consists of. */
const COMPARED = /^(?:access-control-.*|vary)$/
/** Lists whose order and case mean nothing. */
const LISTS = /^(?:vary|access-control-allow-(?:methods|headers))$/

const REFUSAL = '{"statusCode":403,"code":"CORS_ORIGIN_NOT_ALLOWED","error":"Forbidden","message":"Origin not allowed"}'

/** The plugin's answer to a request, whole: the floor says just that. */
export function answerTo ({ configuration, request }) {
  const any = configuration === 'any origin'
  const isPreflight = request.startsWith('preflight')
  const refused = /refused|no Origin|16 KB Origin/.test(request)
  const vary = any ? [] : ['Origin']
  if (isPreflight) vary.push('Access-Control-Request-Method')
  if (isPreflight && configuration === 'any header') vary.push('Access-Control-Request-Headers')

  const headers = vary.length === 0 ? [] : [['vary', vary.join(', ')]]
  if (any || !refused) {
    headers.push(['access-control-allow-origin', any ? '*' : ORIGIN])
    if (!any) headers.push(['access-control-allow-credentials', 'true'])
    if (isPreflight) headers.push(...preflightHeaders(configuration, request))
  } else if (isPreflight) {
    headers.push(['content-type', 'application/json; charset=utf-8'])
    return { status: 403, headers, body: REFUSAL }
  }
  return { status: isPreflight ? 204 : 200, headers, body: undefined }
}

function preflightHeaders (configuration, request) {
  const headers = [['access-control-allow-methods', METHODS.join(', ')]]
  if (configuration !== 'any header') headers.push(['access-control-allow-headers', [...SAFELISTED, 'authorization'].join(', ')])
  // Commas are no names, and 500 names are too many to be mirrored.
  else if (request === 'preflight') headers.push(['access-control-allow-headers', 'authorization'])
  headers.push(['access-control-max-age', String(MAX_AGE)])
  return headers
}

/**
 * What a peer answers otherwise, and may: it is timed for what it does. `undefined` as a value: no such header.
 * Everything else has to be equal.
 */
const DIFFERENCES = {
  'bare Fastify': ({ configuration, request }) => nothing(answerTo({ configuration, request })),
  '@fastify/cors': peerDifferences,
  '@fastify/cors, string': lane => ({ ...peerDifferences(lane), vary: undefined }),
  'cors in @fastify/middie': peerDifferences,
  'Express, cors': peerDifferences,
  'Hono, its cors': lane => ({
    ...peerDifferences(lane),
    ...(lane.request.startsWith('preflight') ? { vary: 'Origin, Access-Control-Request-Headers' } : {})
  })
}

function nothing ({ status, headers }) {
  return { status: status === 403 ? 204 : status, ...Object.fromEntries(headers.map(([name]) => [name, undefined])) }
}

function peerDifferences ({ configuration, request }) {
  const differences = {}
  if (/refused|no Origin|16 KB Origin/.test(request)) differences['access-control-allow-credentials'] = 'true'
  // To a regular expression this is an origin.
  if (request === 'actual, 16 KB Origin') differences['access-control-allow-origin'] = headerOf(request, 'Origin')
  if (request.startsWith('preflight')) {
    // None names the requested method, which its answer does not depend on; and none refuses: the browser has to.
    differences.vary = configuration === 'any header' ? 'Origin, Access-Control-Request-Headers' : 'Origin'
    differences.status = 204
    if (request === 'preflight, refused') Object.assign(differences, Object.fromEntries(preflightHeaders(configuration, request)))
    // They mirror whatever it is.
    if (configuration === 'any header') differences['access-control-allow-headers'] = headerOf(request, 'Access-Control-Request-Headers')
  }
  return differences
}

function headerOf (request, name) {
  const { headers } = requests[request]
  return headers[headers.indexOf(name) + 1]
}

/** @throws Error if a response head is not what the lane has to answer */
export function verify (lane, head) {
  const { status, headers } = answerTo(lane)
  const expected = { status, ...Object.fromEntries(headers), ...DIFFERENCES[lane.contender]?.(lane) }
  const actual = parseHead(head)
  const names = new Set([...Object.keys(expected), ...Object.keys(actual)].filter(name => COMPARED.test(name)))
  const faults = ['status', ...names]
    .filter(name => normalize(name, expected[name]) !== normalize(name, actual[name]))
    .map(name => `${name} is ${brief(actual[name])} instead of ${brief(expected[name])}`)
  if (faults.length > 0) throw new Error(`${lane.contender}, ${lane.configuration}, ${lane.request}: ${faults.join('; ')}`)
}

function parseHead (head) {
  const [statusLine, ...lines] = head.slice(0, head.indexOf('\r\n\r\n')).split('\r\n')
  const fields = { status: Number(statusLine.split(' ')[1]) }
  for (const line of lines) {
    const colon = line.indexOf(':')
    const name = line.slice(0, colon).toLowerCase()
    const value = line.slice(colon + 1).trim()
    fields[name] = name in fields ? `${fields[name]}, ${value}` : value
  }
  return fields
}

/** Names that stand in `Vary` twice would be a fault, so that they are kept. */
function normalize (name, value) {
  return value === undefined || !LISTS.test(name)
    ? value
    : value.split(',').map(item => item.trim().toLowerCase()).filter(item => item !== '').sort().join()
}

function brief (value) {
  return String(value).slice(0, 120)
}
