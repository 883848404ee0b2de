import type { CorsOptions, RouteCorsOptions } from '../../../lib/index.js'
import { validateCorsOptions } from '../../../lib/index.js'
import type { Page } from '../servers/pages.js'
import type { Random } from './random.js'

/** A registration of the plugin under a prefix of its own, and the routes below it. */
export interface Setup {
  readonly prefix: string
  readonly options: CorsOptions
  /** What `options.origin` says, told once more in another way. */
  readonly allows: Allows
  readonly routes: readonly SetupRoute[]
}

export interface SetupRoute {
  readonly path: string
  readonly methods: readonly string[]
  readonly cors?: false | RouteCorsOptions
  /** As in {@link Setup}, where the route has an origin option of its own. */
  readonly allows?: Allows
}

export type Allows = (origin: string) => boolean

export const REQUEST_HEADER_NAMES = ['Authorization', 'X-One', 'x-two', 'Content-Type', 'Range', 'Accept', 'DPR']
export const RESPONSE_HEADER_NAMES = ['X-One', 'X-Two', 'Location', 'ETag', 'Set-Cookie', 'Date']
export const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PURGE']

interface Generated {
  readonly options: CorsOptions
  readonly allows: Allows
}

/** Options that startup accepts; what it refuses is other tests' business, and is drawn again. */
export function generateSetup (random: Random, index: number, pages: readonly Page[]): Setup {
  for (;;) {
    const { options, allows } = generateOptions(random, pages)
    if (validateCorsOptions(options).length > 0) continue
    return {
      prefix: `/setup-${index}`,
      options,
      allows,
      routes: [
        { path: '/all', methods: METHODS.filter(method => method !== 'OPTIONS') },
        { path: '/some', methods: ['GET', ...random.some(['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PURGE'], 0.5)] },
        { path: '/:parameter/deep', methods: ['GET', 'PUT'] },
        ...(random.chance(0.4) ? [{ path: '/own', methods: ['GET', 'POST', 'DELETE'], ...generateOverride(random, options, pages) }] : [])
      ]
    }
  }
}

function generateOverride (random: Random, options: CorsOptions, pages: readonly Page[]): Pick<SetupRoute, 'cors' | 'allows'> {
  if (random.chance(0.3)) return { cors: false }
  for (;;) {
    const { options: { origin, ...others }, allows } = generateOptions(random, pages)
    const own = random.chance(0.5) ? { cors: { origin, ...others }, allows } : { cors: others }
    if (validateCorsOptions({ ...options, ...own.cors }).length === 0) return own
  }
}

function generateOptions (random: Random, pages: readonly Page[]): Generated {
  const credentials = random.chance(0.5)
  const { origin, allows } = generateOrigin(random, pages, credentials)
  const options: CorsOptions = { origin, credentials }
  if (Array.isArray(origin) && origin.includes('null')) options.dangerouslyAllow = ['null-origin']
  if (random.chance(0.4)) options.methods = random.chance(0.4) ? '*' : ['GET', ...random.some([...METHODS.slice(1), 'patch'], 0.4)]
  if (random.chance(0.8)) options.allowedHeaders = random.chance(0.4) ? '*' : random.some(REQUEST_HEADER_NAMES, 0.5)
  if (random.chance(0.7)) options.exposedHeaders = random.chance(0.4) ? '*' : random.some(RESPONSE_HEADER_NAMES, 0.5)
  if (random.chance(0.5)) options.maxAge = random.pick([false, 0, 1, 600, 86400])
  if (random.chance(0.3)) options.optionsSuccessStatus = random.pick([200, 204, 299])
  if (random.chance(0.1)) options.preflight = false
  if (random.chance(0.1)) options.preflightContinue = true
  if (random.chance(0.2)) options.rawHeaders = true
  if (random.chance(0.2)) options.vary = ['X-One']
  return { options, allows }
}

function generateOrigin (random: Random, pages: readonly Page[], credentials: boolean): { origin: CorsOptions['origin'], allows: Allows } {
  const tuples = pages.map(page => page.origin).filter(origin => origin !== 'null')
  const listed = random.some(tuples, 0.75)
  const some = listed.length === 0 ? [random.pick(tuples)] : listed
  const one = random.pick(tuples)
  const hostOf = (origin: string) => origin === 'null' ? '' : new URL(origin).hostname
  const choices: ReadonlyArray<readonly [origin: CorsOptions['origin'], allows: Allows]> = [
    [some, origin => some.includes(origin)],
    [some.join(','), origin => some.includes(origin)],
    [one, origin => origin === one],
    ['http://*.localhost:*', origin => hostOf(origin).endsWith('.localhost')],
    [['http://localhost:*', ...some], origin => some.includes(origin) || origin.startsWith('http://localhost:')],
    [/https?:\/\/(?:localhost|127\.0\.0\.1):\d+/, origin => ['localhost', '127.0.0.1'].includes(hostOf(origin))],
    [origin => some.includes(origin), origin => some.includes(origin)],
    [async origin => some.includes(origin), origin => some.includes(origin)],
    ...(credentials ? [] : [['*', () => true], ['*', () => true], [['null', ...some], (origin: string) => origin === 'null' || some.includes(origin)]] as const),
    ...(random.chance(0.1) ? [[false, () => false]] as const : [])
  ]
  const [origin, allows] = random.pick(choices)
  return { origin, allows }
}
