// CommonJS in both builds: the one kind of module that can load another when it is first needed, without a promise.
// Validation is synchronous, and most configurations need neither library; together they would double the startup.

/** A parser of regular expressions, all of ECMAScript's syntax. */
function regexpp (): typeof import('@eslint-community/regexpp') {
  return require('@eslint-community/regexpp')
}

/** The public suffix list, and how to look a host up in it. */
function tldts (): typeof import('tldts') {
  return require('tldts')
}

export = { regexpp, tldts }
