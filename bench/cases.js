// What is compared with what. The lanes of a group are interleaved, so that only they share a moment of the machine.

/** @returns {{contender: string, configuration: string, request: string}[]} */
function lanes (contenders, configuration, request) {
  return contenders.map(contender => ({ contender, configuration, request }))
}

export const BARE = 'bare Fastify'
export const FLOOR = 'floor'
export const PLUGIN = 'this plugin'
export const PEER = '@fastify/cors'
const MIDDIE = 'cors in @fastify/middie'
const STACKS = ['Express, cors', 'Hono, its cors']
const MEASURES = [BARE, FLOOR]

export const groups = {
  credentials: [
    ...lanes([...MEASURES, PLUGIN, PEER, '@fastify/cors, string', MIDDIE, ...STACKS], '1 origin', 'actual'),
    ...lanes([...MEASURES, PLUGIN, PEER, MIDDIE], '1 origin', 'actual, no Origin')
  ],
  preflight: [
    ...lanes([...MEASURES, PLUGIN, PEER, MIDDIE, ...STACKS], '1 origin', 'preflight'),
    // The others answer a preflight with the application's options, whatever the route's are.
    ...lanes([PLUGIN], 'route override', 'preflight'),
    ...lanes([...MEASURES, PLUGIN, PEER, MIDDIE], '1 origin', 'preflight, refused')
  ],
  'number of origins': [
    ...lanes([...MEASURES, PLUGIN, PEER], '1 origin', 'actual'),
    ...['10 origins', '1,000 origins', '100,000 origins'].flatMap(count => lanes([PLUGIN, PEER, MIDDIE], count, 'actual'))
  ],
  'kinds of origin': [
    ...lanes([...MEASURES, PLUGIN, PEER, MIDDIE], 'any origin', 'actual'),
    ...lanes([FLOOR], '1 origin', 'actual'),
    ...['100 patterns', 'RegExp', 'async function'].flatMap(kind => lanes([PLUGIN, PEER, MIDDIE], kind, 'actual')),
    ...lanes([PLUGIN, PEER], 'route override', 'actual')
  ],
  refused: [
    ...lanes([...MEASURES, PLUGIN, 'this plugin, listened to', PEER, MIDDIE], '1 origin', 'actual, refused'),
    ...lanes([PLUGIN, PEER, MIDDIE], '100 patterns', 'actual, refused')
  ],
  adversarial: [
    ...lanes([BARE, PLUGIN, PEER], '100 patterns', 'actual, refused'),
    ...lanes([BARE, PLUGIN, PEER], '100 patterns', 'actual, 16 KB Origin'),
    ...lanes([BARE, PLUGIN, PEER], 'any header', 'preflight'),
    ...lanes([BARE, PLUGIN, PEER], 'any header', 'preflight, 16 KB of commas'),
    ...lanes([BARE, PLUGIN, PEER], 'any header', 'preflight, 500 names')
  ]
}

/** Those whose goals compare what differs little. */
export const closeGroups = new Set(['credentials', 'preflight'])

/** What npm run bench:check looks at. */
export const checkedGroups = {
  credentials: groups.credentials.filter(isChecked),
  preflight: groups.preflight.filter(lane => isChecked(lane) && lane.configuration === '1 origin')
}

/** What is measured over HTTP. */
export const httpGroups = {
  credentials: groups.credentials.filter(({ request, contender }) => request === 'actual' && contender !== '@fastify/cors, string'),
  preflight: groups.preflight.filter(({ request, configuration }) => request === 'preflight' && configuration === '1 origin')
}

function isChecked ({ contender }) {
  return [BARE, FLOOR, PLUGIN, PEER].includes(contender)
}
