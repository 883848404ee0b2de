import { isForbiddenRequestHeader } from '../../../lib/protocol/header-name.js'
import type { Engine } from '../../../lib/fetch/engine-differences.js'
import { normalizeMethod } from '../../../lib/fetch/method.js'
import { unsafeRequestHeaderNames } from '../../../lib/fetch/safelist.js'
import type { Case } from './case.js'

/**
 * Whether the page is meant to read the response, by the options alone: the model judges what the server answered, and
 * would not notice a plugin that answers what nobody asked it to.
 *
 * @returns `undefined` where it depends on the application (preflights that are left to it, methods without a route)
 */
export function isMeantToBeReadable ({ setup, route, answer, request }: Case, engine: Engine): boolean | undefined {
  if (setup === undefined || route === undefined) return undefined
  const method = normalizeMethod(request.method)
  const methods = route.methods.includes('GET') ? [...route.methods, 'HEAD'] : route.methods
  if (!methods.includes(method)) return undefined
  const options = route.cors === false ? undefined : { ...setup.options, ...route.cors }
  if (options === undefined || options.origin === false) return answer === 'own-headers' ? undefined : false
  if (options.preflight === false || options.preflightContinue === true) return undefined

  const allows = route.allows ?? setup.allows
  if (!allows(request.origin)) return false
  if (request.credentials === 'include' && options.credentials !== true) return false
  if (!['GET', 'HEAD', 'POST', ...listOf(options.methods ?? [...methods])].some(allowed => allowed === '*' || allowed === method)) return false
  const allowedHeaders = listOf(options.allowedHeaders ?? []).map(name => name.toLowerCase())
  // The plugin allows these always, whatever their value.
  const always = ['accept', 'accept-language', 'content-language', 'content-type', 'range']
  return unsafeRequestHeaderNames(request.headers.filter(([name]) => !isForbiddenRequestHeader(name)), engine)
    .every(name => allowedHeaders.includes('*') || allowedHeaders.includes(name) || always.includes(name))
}

function listOf (option: string | readonly string[]): readonly string[] {
  return typeof option === 'string' ? option.split(',') : option
}
