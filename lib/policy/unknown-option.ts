import { pointer, show, type CorsIssue } from './issue.js'

/** What the names of other frameworks are called here. */
const RENAMED: Readonly<Record<string, string>> = {
  allow_origins: 'origin',
  allow_origin_regex: 'origin',
  allow_credentials: 'credentials',
  allow_methods: 'methods',
  allow_headers: 'allowedHeaders',
  expose_headers: 'exposedHeaders',
  max_age: 'maxAge',
  origins: 'origin',
  allowOrigin: 'origin',
  allowOrigins: 'origin',
  allowedOrigin: 'origin',
  allowedOrigins: 'origin',
  allowOriginFunc: 'origin',
  allowOriginRegex: 'origin',
  allowCredentials: 'credentials',
  allowedCredentials: 'credentials',
  supportsCredentials: 'credentials',
  withCredentials: 'credentials',
  method: 'methods',
  allowMethods: 'methods',
  allowedMethods: 'methods',
  headers: 'allowedHeaders',
  allowHeaders: 'allowedHeaders',
  allowedHeader: 'allowedHeaders',
  requestHeaders: 'allowedHeaders',
  exposeHeaders: 'exposedHeaders',
  exposed: 'exposedHeaders',
  exposedHeader: 'exposedHeaders',
  responseHeaders: 'exposedHeaders',
  maxAgeSeconds: 'maxAge',
  optionsStatus: 'optionsSuccessStatus',
  optionSuccessStatus: 'optionsSuccessStatus',
  varyHeaders: 'vary'
}

/** What is left out on purpose, and what to do instead. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  prefix: 'register inside a prefixed plugin: app.register(async api => { await api.register(cors, …) }, { prefix: \'/api\' })',
  hook: 'leave it out: the headers are set in onRequest, so that errors of every later hook carry them',
  strictPreflight: 'leave it out: only OPTIONS with Origin and Access-Control-Request-Method is taken for a preflight, everything else is the application\'s',
  delegator: 'use an origin function, a route\'s config.cors, or a registration in each scope',
  allowPrivateNetwork: 'leave it out: browsers replaced that preflight by a permission prompt (Local Network Access)',
  allow_private_network: 'leave it out: browsers replaced that preflight by a permission prompt (Local Network Access)',
  dynamic: 'use an origin function'
}

/** The most edits between a misspelling and the name that is suggested for it. */
const MAX_EDITS = 3

/** The issue for an option that doesn't exist, with the name that was most likely meant. */
export function unknownOption (name: string, known: readonly string[]): CorsIssue {
  return {
    code: 'UNKNOWN_OPTION',
    path: pointer(name),
    message: `there is no option ${show(name)}, and what it was meant to do would silently not be done`,
    hint: hintFor(name, known)
  }
}

function hintFor (name: string, known: readonly string[]): string {
  if (Object.hasOwn(LEFT_OUT, name)) return LEFT_OUT[name] as string
  const renamed = Object.hasOwn(RENAMED, name) ? RENAMED[name] : nearest(name, known)
  if (renamed === undefined) return `the options are ${known.join(', ')}`
  return name === 'allow_origin_regex' || name === 'allowOriginRegex'
    ? 'write origin: /…/; it matches the whole origin'
    : `write ${renamed}`
}

function nearest (name: string, known: readonly string[]): string | undefined {
  // A name much longer than any option is nobody's misspelling, and comparing it would cost its length.
  if (name.length > 40) return undefined
  const [best] = known
    .map(candidate => ({ candidate, edits: editDistance(squash(name), squash(candidate)) }))
    .filter(({ candidate, edits }) => edits <= Math.min(MAX_EDITS, candidate.length / 3))
    .sort((a, b) => a.edits - b.edits)
  return best?.candidate
}

function squash (name: string): string {
  return name.toLowerCase().replace(/[^a-z]/g, '')
}

/** The number of letters to insert, delete or replace between two names (Levenshtein). */
function editDistance (a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row++) {
    const current = [row]
    for (let column = 1; column <= b.length; column++) {
      current.push(Math.min(
        (previous[column] as number) + 1,
        (current[column - 1] as number) + 1,
        (previous[column - 1] as number) + (a[row - 1] === b[column - 1] ? 0 : 1)
      ))
    }
    previous = current
  }
  return previous[b.length] as number
}
