import { MAX_WORD_LENGTH, nearest } from '../text/misspelling.js'
import { pointer, show, type CorsIssue } from './issue.js'

/** What the names of other frameworks are called here, in small letters only: each framework has a case of its own. */
const RENAMED: Readonly<Record<string, string>> = {
  origins: 'origin',
  alloworigin: 'origin',
  alloworigins: 'origin',
  allowedorigin: 'origin',
  allowedorigins: 'origin',
  alloworiginfunc: 'origin',
  accesscontrolalloworigin: 'origin',
  allowcredentials: 'credentials',
  allowedcredentials: 'credentials',
  supportscredentials: 'credentials',
  withcredentials: 'credentials',
  accesscontrolallowcredentials: 'credentials',
  method: 'methods',
  allowmethods: 'methods',
  allowedmethods: 'methods',
  accesscontrolallowmethods: 'methods',
  headers: 'allowedHeaders',
  allowheaders: 'allowedHeaders',
  allowedheader: 'allowedHeaders',
  requestheaders: 'allowedHeaders',
  accesscontrolallowheaders: 'allowedHeaders',
  exposeheaders: 'exposedHeaders',
  exposed: 'exposedHeaders',
  exposedheader: 'exposedHeaders',
  responseheaders: 'exposedHeaders',
  accesscontrolexposeheaders: 'exposedHeaders',
  maxageseconds: 'maxAge',
  accesscontrolmaxage: 'maxAge',
  optionsstatus: 'optionsSuccessStatus',
  optionsuccessstatus: 'optionsSuccessStatus',
  varyheaders: 'vary'
}

/** What is left out on purpose, and what to do instead; in small letters too. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  prefix: 'register inside a prefixed plugin: app.register(async api => { await api.register(cors, …) }, { prefix: \'/api\' })',
  hook: 'leave it out: the headers are set in onRequest, so that errors of every later hook carry them',
  strictpreflight: 'leave it out: only OPTIONS with Origin and Access-Control-Request-Method is taken for a preflight, everything else is the application\'s',
  delegator: 'use an origin function, a route\'s config.cors, or a registration in each scope',
  allowprivatenetwork: 'leave it out: browsers replaced that preflight by a permission prompt (Local Network Access)',
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
  // A name much longer than any option is nobody's misspelling, and comparing it would cost its length.
  const letters = name.length > MAX_WORD_LENGTH ? '' : squash(name)
  if (Object.hasOwn(LEFT_OUT, letters)) return LEFT_OUT[letters] as string
  if (letters === 'alloworiginregex') return 'write origin: /…/; it matches the whole origin'
  const meant = Object.hasOwn(RENAMED, letters) ? RENAMED[letters] : misspelt(letters, known)
  return meant === undefined ? `the options are ${known.join(', ')}` : `write ${meant}`
}

function misspelt (letters: string, known: readonly string[]): string | undefined {
  const meant = nearest(letters, known.map(squash), candidate => Math.min(MAX_EDITS, candidate.length / 3))
  return known.find(name => squash(name) === meant)
}

function squash (name: string): string {
  return name.toLowerCase().replace(/[^a-z]/g, '')
}
