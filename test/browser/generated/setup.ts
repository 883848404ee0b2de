import type { CorsOptions, RouteCorsOptions } from '../../../lib/index.js'
import { validateCorsOptions } from '../../../lib/index.js'
import type { Page } from '../servers/pages.js'
import type { Random } from './random.js'

/** A registration of the plugin under a prefix of its own, and the routes below it. */
export interface Setup {
  readonly prefix: string
  readonly options: CorsOptions
  readonly routes: readonly SetupRoute[]
}

export interface SetupRoute {
  readonly path: string
  readonly methods: readonly string[]
  readonly cors?: false | RouteCorsOptions
}

export const REQUEST_HEADER_NAMES = ['Authorization', 'X-One', 'x-two', 'Content-Type', 'Range', 'Accept', 'DPR']
export const RESPONSE_HEADER_NAMES = ['X-One', 'X-Two', 'Location', 'ETag', 'Set-Cookie', 'Date']
export const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PURGE']

/** Options that startup accepts; what it refuses is other tests' business, and is drawn again. */
export function generateSetup (random: Random, index: number, pages: readonly Page[]): Setup {
  for (;;) {
    const options = generateOptions(random, pages)
    if (validateCorsOptions(options).length > 0) continue
    const override = random.chance(0.3) ? generateOverride(random, options, pages) : undefined
    return {
      prefix: `/setup-${index}`,
      options,
      routes: [
        { path: '/all', methods: METHODS.filter(method => method !== 'OPTIONS') },
        { path: '/some', methods: ['GET', ...random.some(['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PURGE'], 0.5)] },
        { path: '/:parameter/deep', methods: ['GET', 'PUT'] },
        ...(override === undefined ? [] : [{ path: '/own', methods: ['GET', 'POST', 'DELETE'], cors: override }])
      ]
    }
  }
}

function generateOverride (random: Random, options: CorsOptions, pages: readonly Page[]): false | RouteCorsOptions {
  if (random.chance(0.3)) return false
  for (;;) {
    const { origin, ...others } = generateOptions(random, pages)
    const override = random.chance(0.5) ? { origin, ...others } : others
    if (validateCorsOptions({ ...options, ...override }).length === 0) return override
  }
}

function generateOptions (random: Random, pages: readonly Page[]): CorsOptions {
  const credentials = random.chance(0.5)
  const options: CorsOptions = { origin: generateOrigin(random, pages, credentials), credentials }
  if (Array.isArray(options.origin) && options.origin.includes('null')) options.dangerouslyAllow = ['null-origin']
  if (random.chance(0.4)) options.methods = random.chance(0.4) ? '*' : ['GET', ...random.some([...METHODS.slice(1), 'patch'], 0.4)]
  if (random.chance(0.8)) options.allowedHeaders = random.chance(0.4) ? '*' : random.some(REQUEST_HEADER_NAMES, 0.5)
  if (random.chance(0.7)) options.exposedHeaders = random.chance(0.4) ? '*' : random.some(RESPONSE_HEADER_NAMES, 0.5)
  if (random.chance(0.5)) options.maxAge = random.pick([false, 0, 1, 600, 86400])
  if (random.chance(0.3)) options.optionsSuccessStatus = random.pick([200, 204, 299])
  if (random.chance(0.1)) options.preflight = false
  if (random.chance(0.1)) options.preflightContinue = true
  if (random.chance(0.2)) options.rawHeaders = true
  if (random.chance(0.2)) options.vary = ['X-One']
  return options
}

function generateOrigin (random: Random, pages: readonly Page[], credentials: boolean): CorsOptions['origin'] {
  const origins = pages.map(page => page.origin)
  const tuples = origins.filter(origin => origin !== 'null')
  const listed = new Set(random.some(tuples, 0.75))
  const some = listed.size === 0 ? [random.pick(tuples)] : [...listed]
  const choices: Array<() => CorsOptions['origin']> = [
    () => some,
    () => some.join(','),
    () => random.pick(tuples),
    () => 'http://*.localhost:*',
    () => ['http://localhost:*', ...some],
    () => /https?:\/\/(?:localhost|127\.0\.0\.1):\d+/,
    () => origin => some.includes(origin),
    () => async origin => some.includes(origin),
    ...(credentials ? [] : ['*' as const, '*' as const, ['null', ...some]].map(origin => () => origin)),
    ...(random.chance(0.1) ? [() => false as const] : [])
  ]
  return random.pick(choices)()
}
