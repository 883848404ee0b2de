import neostandard from 'neostandard'

export default [
  // The Fastify house style. What git ignores (dist, .tap, node_modules) is not linted either.
  ...neostandard({ ts: true, ignores: neostandard.resolveIgnoresFromGitignore() }),
  {
    files: ['examples/*/public/**'],
    languageOptions: { globals: { location: 'readonly' } }
  }
]
